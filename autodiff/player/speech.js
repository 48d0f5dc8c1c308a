// The sentences of a page: its catalogue holds each in every language, one of which is spoken.
function speech(root, { texts, language }) {
  let tongue = texts.undo[language] ? language : "en";
  const word = (key, ...values) => texts[key][tongue].replace(/\{(\d)\}/g, (_, i) => values[i]);
  const all = (name, put) => { for (const e of root.querySelectorAll(`[data-${name}]`)) put(e, word(e.dataset[name])); };
  return {
    word,
    title: ({ title, key, subject }) => (key ? word(key, subject) : title),
    // A scope is called as it was; layers are said in the language.
    scoped: (path) => path.split("/").map((part) => part.replace(/^layer (\d+)$/, (_, n) => word("layer", n))).join("/"),
    get language() { return tongue; },
    speak(to) { tongue = to; },
    turn() { tongue = tongue === "en" ? "ja" : "en"; },
    // Fill what is marked: texts, labels for those who cannot see, hints; and the button that turns to the other.
    fill() {
      all("t", (e, text) => { e.textContent = text; });
      all("l", (e, text) => e.setAttribute("aria-label", text));
      all("h", (e, text) => { e.title = text; });
      const button = root.querySelector("[data-id=language]");
      button.textContent = tongue === "en" ? "日本語" : "English";
      button.lang = tongue === "en" ? "ja" : "en";
    },
  };
}
