// The theme puts a nav around each button that copies code: each gets a name of its own for screen readers.
function nameCopies() {
  document.querySelectorAll(".md-code__nav").forEach((nav, i) => nav.setAttribute("aria-label", `Code ${i + 1}`));
}
new MutationObserver(nameCopies).observe(document.documentElement, { childList: true, subtree: true });
nameCopies();
