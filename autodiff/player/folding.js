// A large graph is folded as Python's `draw` folds it: by layers and scopes, arrays, runs. A fold is one box
// until it is opened; then what it holds stands in its place, folds among it.
// Which box each node is in: its own, by its number, or that of a fold, by its number after all nodes.
function gathered({ nodes }, { folds, home }, opened) {
  return nodes.map((n, i) => {
    if (!boxed(n)) return null;
    let box = i;
    for (let f = home[i]; f >= 0; f = folds[f].parent) if (!opened.has(f)) box = nodes.length + f;
    return box;
  });
}
// A fold's box: what it is called, and its numbers as a map, values beside gradients: the sign as the colour, the
// size as its strength.
const FOLD = [190, 118], MOST_CELLS = 1024, MAP = 80;
function drawnFold(fold, members, x, y) {
  const [w, h] = FOLD, g = svg("g", { transform: `translate(${x} ${y})`, class: "node fold", tabindex: "0", role: "button" });
  const box = { g, members, title: svg("title"), name: svg("text", { class: "name", y: 21 - h / 2, "text-anchor": "middle" }), cells: [] };
  const frame = (css, by, rx) => svg("rect", { class: css, x: by - w / 2, y: by - h / 2, width: w, height: h, rx });
  g.append(box.title, svg("rect", { class: "halo", x: -w / 2 - 5, y: -h / 2 - 5, width: w + 14, height: h + 14, rx: 12 }), frame("shape", 4, 7), frame("shape", 0, 7), box.name);
  const cells = members.slice(0, MOST_CELLS), wide = fold.wide && fold.wide > 1 ? fold.wide : Math.ceil(Math.sqrt(cells.length));
  const size = Math.min(MAP / wide, MAP / Math.ceil(cells.length / wide), 20);
  for (const side of [-1, 1]) {
    const left = (side * w) / 4 - (size * wide) / 2, top = -h / 2 + 31;
    box.cells.push(cells.map((_, k) => svg("rect", { class: "cell", x: (left + (k % wide) * size).toFixed(2), y: (top + Math.floor(k / wide) * size).toFixed(2), width: size.toFixed(2), height: size.toFixed(2) })));
    g.append(...box.cells.at(-1));
  }
  return box;
}
// The numbers of a fold's two maps: each as strong as it is large beside the largest.
function paintFold(box, values, grads) {
  [values, grads].forEach((numbers, m) => {
    const most = Math.max(...numbers.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)), 1e-300);
    box.cells[m].forEach((cell, k) => {
      const x = numbers[k] ?? 0, share = (Number.isFinite(x) ? Math.abs(x) / most : 1).toFixed(2);
      dress(cell, `cell ${tone(x)}`);
      if (cell.share !== share) cell.setAttribute("fill-opacity", cell.share = share);
    });
  });
}

// Or the picture has what lies around the question: what leads from the node that is asked about to the
// output, the nearest to either of them first, and what these are computed from.
const MANY_BOXES = 200, FEW_BOXES = 48;
const boxed = (n) => !n.aside && !folded(n);
function around({ nodes, end }, chosen) {
  const users = nodes.map(() => []), leads = new Set([chosen]), near = new Set();
  nodes.forEach((n, i) => {
    if (n.aside) return;
    for (const k of n.operands) users[k].push(i);
    if (n.operands.some((k) => leads.has(k))) leads.add(i);
  });
  const spread = (from, next, most) => {
    const found = new Set(from);
    for (const i of found) {
      if (near.size >= most) return;
      if (boxed(nodes[i])) near.add(i);
      for (const k of next(i)) found.add(k);
    }
  };
  spread([end], (i) => nodes[i].operands.filter((k) => leads.has(k)), FEW_BOXES / 3);
  spread([chosen], (i) => users[i], (2 * FEW_BOXES) / 3);
  spread([...near], (i) => nodes[i].operands, FEW_BOXES);
  return near;
}
