// One step of a recording in words: alike for a graph that is alive (steps.js) and for one that Python has
// written down (player.js).
// A step holds texts. record: node n, formula, numbers, value, locals [[rule, number], ...], more; seed: t,
// after; back: from node n to t, up, local (of arrays "", where the rule says all), rule, part, sign, after;
// fold: several at once, back, count, title, told [[what, number, sign], ...], more; start; end.
// `page` says the rest: word, name, d, end; leaves() [[kind, formula], ...], their count; sent(s), the steps that
// have sent to the node of s until now; grads() at the end. `answer(text)` is a number, or the question for
// it where it is `secret`.
function tellStep(s, page, secret, answer) {
  const { word, name, d, end } = page, lines = [];
  const mono = (text) => make("span", { class: "formula" }, text);
  const line = (term, ...inside) => lines.push(make("div", { class: "line" }, make("dt", {}, term), make("dd", {}, ...inside)));
  const local = (rule, x) => line(word("edges_local"), mono(rule), ...(!x || rule.endsWith(`= ${x}`) ? [] : [mono(` = ${x}`)]));
  const told = (phase, title, said) => ({ phase: word(phase), title, said: secret ? "" : said, lines });
  const toned = (text, sign) => make("b", { class: tone(sign) }, text);
  switch (s.p) {
    case "start":
      for (const [kind, formula] of page.leaves().slice(0, 12)) line(word(`kind_${kind}`), mono(formula));
      return told("recording", word("leaves"), word("leaves_text", page.count));
    case "record":
      line(word("operation"), mono(s.formula));
      line(word("with_numbers"), mono(s.numbers), make("br"), ...answer(s.value));
      for (const [rule, x] of s.locals) local(rule, x);
      if (s.more) line(word("fold_more", s.more));
      return told("recording", name(s.n), word("recorded", s.formula, s.value));
    case "seed":
      line(word("gradient_of", name(end)), mono(`${d(end)} = `), toned(s.after, 1));
      return told("backward", d(end), word("starts_at", name(end), s.after));
    case "fold":
      line(word(s.back ? "fold_sent" : "fold_recorded", s.count));
      for (const [what, x, sign] of s.told) line(what, toned(x, sign));
      if (s.more) line(word("fold_more", s.more));
      return told(s.back ? "backward" : "recording", s.title, word(s.back ? "fold_sent" : "fold_recorded", s.count));
    case "end":
      for (const [i, text, sign] of page.grads().slice(0, 16)) line(d(i), toned(text, sign));
      return told("backward", word("done"), word("done_text", name(end)));
  }
  line(word("up_of", d(s.n)), toned(s.up));
  if (s.local) {
    local(s.rule, s.local);
    line(word("times"), mono(`${bracket(s.up)} × ${bracket(s.local)}`), " ", ...answer(s.part));
  } else line(word("edges_part"), mono(s.rule), make("br"), ...answer(s.part));
  if (!secret) {
    const sent = page.sent(s), list = make("ul", { class: "sum" });
    if (sent.length > 6) list.append(make("li", {}, make("span", {}, word("before", sent.length - 6)), make("span", {}, sent.at(-7).after)));
    for (const p of sent.slice(-6)) list.append(make("li", p === s ? { class: "fresh" } : {}, make("span", {}, word("via", name(p.n))), make("span", { class: tone(p.sign) }, signed(p.part))));
    list.append(make("li", { class: "whole" }, make("span", {}, d(s.t)), make("span", { class: "after" }, s.after)));
    line(word("grows"), list);
  }
  const product = s.local ? word("product", s.up, s.local, s.part) : s.part;
  return told("backward", `${name(s.n)} → ${name(s.t)}`, word("sends", name(s.n), product, name(s.t), d(s.t), s.after));
}
