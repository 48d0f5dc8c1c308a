// Of a large graph the picture begins with what lies around the question: what leads from the node that is
// asked about to the output, the nearest to either of them first, and what these are computed from.
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
