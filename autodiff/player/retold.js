// What an English error says, in another language: the twin of Python's `retold`. Of the sentences of the
// catalogue that fit, the first is taken; what stands in its fields is said in turn.
function retold(sentence, errors, tongue) {
  if (tongue === "en") return sentence;
  for (const error of errors) {
    const own = error.en.split(/\{\d+\}/).map((w) => w.replace(/\{\{|\}\}/g, (b) => b[0]).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
    const found = new RegExp(`^${own.join("(.+?)")}$`, "su").exec(sentence);
    if (found) return error[tongue].replace(/\{(\d+)\}|\{\{|\}\}/g, (mark, k) => (k === undefined ? mark[0] : retold(found[Number(k) + 1], errors, tongue)));
  }
  return sentence;
}
