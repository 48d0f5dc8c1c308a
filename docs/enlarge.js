// A picture enlarges when it is pressed, and goes back with Escape or another press; by keyboard the
// box that it scrolls in is reached, and Enter presses it.
function enlarge(picture) {
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
}
for (const picture of document.querySelectorAll('article p > img:is([src$=".svg"], [src$=".png"])')) {
  const box = picture.parentElement;
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", picture.alt || "picture");
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") enlarge(picture); });
}
document.addEventListener("click", (event) => {
  const picture = event.target.closest("article img");
  if (picture && !picture.closest("a")) enlarge(picture);
});
