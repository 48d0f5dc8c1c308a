// A picture enlarges when it is pressed, and goes back with Escape or another press.
document.addEventListener("click", (event) => {
  const picture = event.target.closest("article img");
  if (!picture || picture.closest("a")) return;
  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", picture.alt || "picture");
  const shown = picture.cloneNode();
  shown.removeAttribute("width");
  dialog.append(shown);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
