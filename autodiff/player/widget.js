// The live player inside a notebook: what the hand moves goes to Python, and what Python moves comes here.
// A new graph (`data`) is mounted afresh; `numbers` are the leaves, `grads` and `output` what follows.
function dark(el) {
  const told = document.body.dataset.jpThemeLight; // JupyterLab says it; others colour their page
  if (told) return told === "false";
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  if (scheme === "dark" || scheme === "light") return scheme === "dark";
  for (let e = el; e; e = e.parentElement ?? e.getRootNode().host) {
    const [r, g, b, a] = (getComputedStyle(e).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (r !== undefined && a !== 0) return 0.3 * r + 0.6 * g + 0.1 * b < 128;
  }
  return false;
}
function render({ model, el }) {
  let player = null, coming = false;
  const plain = (x) => (Number.isFinite(x) ? x : String(x).replace("NaN", "nan").replace("Infinity", "inf"));
  function tell(live) {
    if (coming) return;
    const keyed = (of) => Object.fromEntries(live.leaves.filter((i) => of[i] !== null).map((i) => [live.keys.get(i), plain(of[i])]));
    model.set("_sent", { numbers: keyed(live.values), grads: live.broken ? {} : keyed(live.grads), output: live.broken ? null : plain(live.values[live.end]), broken: Boolean(live.broken) });
    model.save_changes();
  }
  function fill() {
    player?.stop();
    el.innerHTML = BODY;
    player = mount(el, structuredClone(model.get("_data")), { changed: tell });
    el.querySelector(".alive").style.colorScheme = dark(el) ? "dark" : "light";
    move();
    tell(player.live);
  }
  function move() {
    const { live } = player, given = model.get("_numbers");
    const changes = live.leaves.flatMap((i) => {
      const x = given[live.keys.get(i)];
      return x === undefined || Object.is(number(x), live.values[i]) ? [] : [[i, Number(String(x).replace("inf", "Infinity"))]];
    });
    if (!changes.length) return;
    coming = true;
    live.put(changes);
    player.refresh();
    coming = false;
    tell(live);
  }
  // Arrows and letters are the page's own: JupyterLab would move between cells, or delete one.
  el.dataset.lmSuppressShortcuts = "true";
  const keep = (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation(); };
  el.addEventListener("keydown", keep);
  model.on("change:_data", fill);
  model.on("change:_numbers", move);
  fill();
  return () => { player.stop(); el.removeEventListener("keydown", keep); model.off("change:_data", fill); model.off("change:_numbers", move); };
}
