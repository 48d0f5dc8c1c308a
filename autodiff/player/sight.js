// What of a graph is seen: a large one is folded, or what lies around the question, or the whole.
const LEAST = 0.85; // at this scale the smallest letters are 10 pixels high
// `page` is what is around the picture: the graph, its words, its elements, what a hand does there.
function sight(page, model) {
  const { live, formulas, $, word, scoped } = page, { nodes } = live, N = nodes.length;
  const count = nodes.filter(boxed).length, opened = new Set();
  let shape = null, picture = null;
  function boxes(to) {
    if (to === "folds") return gathered(live, model, opened);
    const near = to === "near" ? around(live, page.chosen()) : null;
    return nodes.map((n, i) => (boxed(n) && (!near || near.has(i)) ? i : null));
  }
  // Whether a box, of a node or of a fold, stands inside fold f.
  function within(b, f) {
    for (let k = b < N ? model.home[b] : model.folds[b - N].parent; k >= 0; k = model.folds[k].parent) if (k === f) return true;
    return false;
  }
  function draw(walking) {
    const chosen = page.chosen(), asked = $("whole").value, to = count <= MANY_BOXES || (walking && asked === "near") ? "all" : asked;
    $("refold").hidden = !opened.size || to !== "folds";
    if (picture && shape === to && (to !== "near" || picture.nodes[chosen] || !boxed(nodes[chosen]))) return;
    const view = $("view"), placed = place(live, view, boxes(to), model.folds);
    picture = new Picture($("picture"), live, formulas, placed, page.pick, page.drag, open);
    if (shape !== to) $("edges").value = placed.few && to !== "folds" ? "local" : "none";
    shape = to;
    picture.name(scoped);
    begin(view);
  }
  // At first, and when it is fitted: what can be read, across the whole width if it nearly is; the view is as
  // high as its picture, if that does not take much more than its room.
  function begin(view) {
    view.style.height = "";
    const across = (view.clientWidth - 4) / picture.width;
    picture.zoom(Math.max(picture.fitting(view), across > 0.65 ? Math.min(across, LEAST) : LEAST));
    const long = picture.height * picture.scale + (picture.width * picture.scale > view.clientWidth ? 20 : 4);
    if (long < 1.7 * view.clientHeight) view.style.height = `${Math.max(long, 300)}px`;
  }
  function open(f) {
    opened.add(f);
    picture = null;
    page.refresh();
    const inside = picture.placed.drawn.filter((b) => within(b, f));
    (picture.nodes[inside[0]] ?? picture.folds.get(inside[0])).g.focus({ preventScroll: true });
    page.follow(inside.flatMap((b) => (b < N ? [b] : picture.placed.members.get(b))));
  }
  const called = (b) => scoped(model.folds[b - N].title);
  function described(b, members) {
    const ends = (key, numbers) => {
      const known = numbers.filter((x) => x !== null);
      return known.length ? [word(key, ...[Math.min(...known), Math.max(...known)].map((x) => digits(x, 4)))] : [];
    };
    const values = ends("fold_values", members.map((i) => (live.broken && nodes[i].op ? null : live.values[i])));
    const grads = ends("fold_grads", live.broken ? [] : members.map((i) => live.grads[i]));
    return [word("fold_holds", called(b), members.length), ...values, ...grads, word("fold_opens")].join(" ");
  }
  $("folds").hidden = count <= MANY_BOXES;
  if (!model.folds) $("whole").options[0].remove();
  page.on("whole", "change", page.refresh);
  page.on("refold", "click", () => { opened.clear(); picture = null; page.refresh(); $("whole").focus(); });
  return {
    draw, count, folded: { folded: called, described },
    get picture() { return picture; },
    follow(now) { picture.follow($("view"), now); },
    zoom(to) { picture.zoom(to(picture.scale)); },
  };
}
