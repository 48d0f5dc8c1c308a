// What was probably meant where a formula cannot be read, as Python's `graphs.misspelt` says it.
// How alike two words are (Ratcliff and Obershelp), as Python's difflib counts it.
function likeness(a, b) {
  const matches = (a, b) => {
    let best = [0, 0, 0];
    for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) {
      let k = 0;
      while (i + k < a.length && j + k < b.length && a[i + k] === b[j + k]) k++;
      if (k > best[2]) best = [i, j, k];
    }
    const [i, j, k] = best;
    return k ? k + matches(a.slice(0, i), b.slice(0, j)) + matches(a.slice(i + k), b.slice(j + k)) : 0;
  };
  return a.length + b.length ? (2 * matches(a, b)) / (a.length + b.length) : 1;
}
function closest(word, known, most, cutoff = 0.6) {
  const scored = known.map((k) => [likeness(k, word), k]).filter(([s]) => s >= cutoff);
  return scored.sort((p, q) => q[0] - p[0] || (p[1] < q[1] ? 1 : -1)).slice(0, most).map(([, k]) => k);
}

function misspelt(text, grammar) {
  for (const [word] of text.matchAll(/[\p{L}_][\p{L}\p{Nd}_]*/gu)) if (grammar.keywords.includes(word)) return `${[...word].slice(0, 60).join("")} is a word of Python's own, so take another name, such as ${[...word][0]}_`;
  let found = /([\p{L}_][\p{L}\p{Nd}_]*)\s*\(\s*[\p{L}_][\p{L}\p{Nd}_\s,]*\)\s*=(?!=)/u.exec(text);
  if (found) return `write ${found[1].slice(0, 60)} = ... without the brackets: a name stands for one node`;
  for (const [beside] of text.matchAll(/(?<![\p{L}\p{Nd}_.])\d[\d.]*[\p{L}_][\p{L}\p{Nd}_]*/gu)) {
    if (/^(0[xXbBoO][\p{L}\p{Nd}_]*|\d[\d.]*([eE]\d*|[jJ]))$/u.test(beside)) continue;
    const number = /^[\d.]+/.exec(beside)[0];
    return `write ${number.slice(0, 60)}*${beside.slice(number.length).slice(0, 60)}`;
  }
  found = /([\p{L}\p{Nd}_]+)[ \t]+([\p{L}\p{Nd}_]+)/u.exec(text);
  if (found) return `write ${found[1].slice(0, 60)}${Object.hasOwn(grammar.functions, found[1]) ? `(${found[2].slice(0, 60)})` : `*${found[2].slice(0, 60)}`}`;
  return "";
}
