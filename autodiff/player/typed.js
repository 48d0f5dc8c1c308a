// The page where one types: a formula becomes a graph at once, and the player shows it alive.
const DATA = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const field = at("formula");
let player = null, held = {}, waiting = 0, shownText = "", refusal = null, step = null;
const tongue = speech(document, DATA), { word } = tongue;

function link() {
  const named = Object.entries(held).filter(([n]) => shownNames().includes(n)).map(([n, x]) => `${encodeURIComponent(n)}=${x}`);
  return withStep([`f=${encodeURIComponent(shownText)}`, ...named].join("&"), stepKey(shownNames()), step);
}
function address() {
  try { history.replaceState(null, "", `#${link()}`); } catch { /* some viewers have no address */ }
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
    refusal = error.message;
    return complain();
  }
  refusal = null;
  complain();
  shownText = text;
  player?.stop();
  step = null;
  const box = document.createElement("div");
  box.append(at("player").content.cloneNode(true));
  at("place").replaceChildren(box);
  player = mount(box, { model, table: DATA.grammar.table, texts: DATA.texts, language: tongue.language, title: text.trim(), frozen: false }, {
    changed: (live) => { for (const i of live.leaves) if (live.nodes[i].kind === "parameter") held[live.nodes[i].name] = live.values[i]; address(); },
    link, stepped: (place) => { step = place; clearTimeout(waiting); waiting = setTimeout(address, 250); },
    spoke: (language) => { tongue.speak(language); words(); },
  });
  for (const i of player.live.leaves) if (player.live.nodes[i].kind === "parameter") held[player.live.nodes[i].name] ??= player.live.values[i];
  if (remember) address();
}
// Why the field cannot be read, and that the graph which still stands below is that of an earlier formula.
function complain() {
  at("trouble").hidden = refusal === null;
  at("trouble").textContent = refusal === null ? "" : retold(refusal, DATA.errors, tongue.language);
  field.setAttribute("aria-invalid", String(refusal !== null));
  at("near").hidden = refusal === null || !player;
  at("near").textContent = refusal === null ? "" : word("former", shownText.trim());
  at("place").classList.toggle("former", refusal !== null);
}
function words() {
  complain();
  document.documentElement.lang = tongue.language;
  document.title = word("typed_title");
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
  const opened = player && stepOf(location.hash, stepKey(shownNames()));
  if (opened !== null) player?.seek(opened);
}
field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => read(field.value), 250); });
at("form").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", () => { if (location.hash.slice(1) !== link()) follow(); });
words();
follow();
if (!player) read(DATA.examples[0].formula, false);
