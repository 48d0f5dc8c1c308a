// The page where one types: a formula becomes a graph at once, and the player shows it alive.
const DATA = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const field = at("formula");
let player = null, held = {}, waiting = 0, shownText = "", trouble = "";
const tongue = speech(document, DATA), { word } = tongue;

// An error of the parser in the language of the page; what stands in its fields is told in turn.
const twins = DATA.errors.map(([pattern, said]) => [new RegExp(`^${pattern}$`, "s"), said]);
function retold(sentence) {
  if (tongue.language === "en") return sentence;
  for (const [pattern, said] of twins) {
    const found = pattern.exec(sentence);
    if (found) return said.replace(/\{(\d)\}/g, (_, i) => retold(found[Number(i) + 1])).replaceAll("{{", "{").replaceAll("}}", "}");
  }
  return sentence;
}
function address() {
  const named = Object.entries(held).filter(([n]) => shownNames().includes(n)).map(([n, x]) => `&${encodeURIComponent(n)}=${x}`);
  try { history.replaceState(null, "", `#f=${encodeURIComponent(shownText)}${named.join("")}`); } catch { /* some viewers have no address */ }
}
const shownNames = () => (player ? player.live.leaves.map((i) => player.live.nodes[i].name) : []);

// Read the field; where it can be read show its graph, where not say why and leave the last one.
function read(text, remember = true) {
  let model, parsed;
  try {
    parsed = parseFormula(text, DATA.grammar);
    const values = Object.create(null);
    for (const n of parsed.names) if (Object.hasOwn(held, n) || !Object.hasOwn(DATA.grammar.constants, n)) values[n] = Object.hasOwn(held, n) ? held[n] : 1;
    model = recordFormula(parsed, values, DATA.grammar);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    trouble = error.message;
    at("trouble").textContent = retold(trouble);
    at("trouble").hidden = false;
    field.setAttribute("aria-invalid", "true");
    return;
  }
  at("trouble").hidden = true;
  field.removeAttribute("aria-invalid");
  shownText = text;
  player?.stop();
  const box = document.createElement("div");
  box.append(at("player").content.cloneNode(true));
  at("place").replaceChildren(box);
  player = mount(box, { model, table: DATA.grammar.table, texts: DATA.texts, language: tongue.language, title: text.trim(), frozen: false }, {
    changed: (live) => { for (const i of live.leaves) if (live.nodes[i].kind === "parameter") held[live.nodes[i].name] = live.values[i]; address(); },
    spoke: (language) => { tongue.speak(language); words(); },
  });
  for (const i of player.live.leaves) if (player.live.nodes[i].kind === "parameter") held[player.live.nodes[i].name] ??= player.live.values[i];
  if (remember) address();
}
function words() {
  document.documentElement.lang = tongue.language;
  document.title = word("typed_title");
  at("trouble").textContent = retold(trouble);
  for (const e of document.querySelectorAll("[data-w]")) e.textContent = word(e.dataset.w);
  at("examples").setAttribute("aria-label", word("examples"));
  at("examples").replaceChildren(...DATA.examples.map(({ key, formula, values }) => {
    const button = make("button", { type: "button" }, word(`example_${key}`));
    button.addEventListener("click", () => { held = { ...values }; field.value = formula; read(formula); });
    return button;
  }));
}
function follow() {
  const parts = location.hash.slice(1, 20000).split("&").map((p) => { const k = p.indexOf("="); return [p.slice(0, k), p.slice(k + 1)]; });
  let formula = DATA.examples[0].formula;
  held = { ...DATA.examples[0].values };
  for (const [key, value] of parts) {
    try {
      if (key === "f") { formula = decodeURIComponent(value); held = {}; }
      else if (/^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) held[decodeURIComponent(key)] = Number(value);
    } catch { /* not an address of ours */ }
  }
  field.value = formula;
  read(formula, false);
}
field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => read(field.value), 250); });
at("form").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
words();
follow();
if (!player) read(DATA.examples[0].formula, false);
