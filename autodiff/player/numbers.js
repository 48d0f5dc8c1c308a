// Numbers as Python prints them.
const NOT_COMPUTED = "–";

// x with n significant digits, as Python's %.4g and %.6g: ties to even, exponents of two digits.
function digits(x, n = 6) {
  if (x === null || x === undefined) return NOT_COMPUTED;
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
  if (x === 0) return "0";
  const parts = (text) => /^(-?)(\d)\.?(\d*)e([-+]\d+)$/.exec(text);
  let exact = parts(x.toExponential(n + 8));
  if (!/^50*$/.test((exact[2] + exact[3]).slice(n))) { // no tie: the browser rounds alike
    exact = parts(x.toExponential(n - 1));
    return exact[1] + placed((exact[2] + exact[3]).replace(/0+$/, "") || "0", Number(exact[4]), n);
  }
  exact = parts(x.toExponential(60));
  const all = exact[2] + exact[3];
  let kept = all.slice(0, n).split("").map(Number), power = Number(exact[4]);
  const rest = all.slice(n);
  if (rest[0] > "5" || (rest[0] === "5" && (/[1-9]/.test(rest.slice(1)) || kept[n - 1] % 2))) {
    let i = n - 1;
    while (i >= 0 && kept[i] === 9) kept[i--] = 0;
    if (i >= 0) kept[i] += 1;
    else { kept = [1, ...kept.slice(0, -1)]; power += 1; }
  }
  return exact[1] + placed(kept.join("").replace(/0+$/, "") || "0", power, n);
}
function placed(figures, power, most) {
  if (power < -4 || power >= most) {
    const sign = power < 0 ? "-" : "+", size = String(Math.abs(power)).padStart(2, "0");
    return `${figures[0]}${figures.length > 1 ? `.${figures.slice(1)}` : ""}e${sign}${size}`;
  }
  if (power < 0) return `0.${"0".repeat(-power - 1)}${figures}`;
  if (figures.length <= power + 1) return figures.padEnd(power + 1, "0");
  return `${figures.slice(0, power + 1)}.${figures.slice(power + 1)}`;
}
// A number of a formula as a person writes it: 2, not 2.0; the shortest that reads back alike.
function literal(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Number.isInteger(x) && Math.abs(x) < 1e15) return String(x + 0);
  const found = /^(-?)(\d)\.?(\d*)e([-+]\d+)$/.exec(x.toExponential());
  const text = found[1] + placed(found[2] + found[3], Number(found[4]), 16);
  return Number.isInteger(x) && !text.includes("e") ? `${text}.0` : text;
}
const signed = (x) => (/^[0-9.∞]/.test(x) && x !== "0" ? `+${x}` : x);
const bracket = (x) => (x.startsWith("-") ? `(${x})` : x);
const tone = (x) => (x > 0 ? "plus" : x < 0 ? "minus" : "");
// What somebody has typed as a number, with a Japanese keyboard, too; NaN for anything else.
function typedNumber(text) {
  const plain = text.normalize("NFKC").replace("−", "-");
  const x = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(x) ? x : NaN;
}
// A name inside a quotient: one that is more than a word stands in brackets.
const whole = (name) => (/[\s·/@²³ᵀ−]|[\p{L}\p{N}_]\(/u.test(name) ? `(${name})` : name);
// How far a slider reaches around x, and by what steps.
function span(x) {
  const start = Number.isFinite(x) ? x : 0, half = 2 ** Math.ceil(Math.log2(Math.max(1, Math.abs(start) * 1.01)));
  const step = 10 ** (Math.floor(Math.log10(half)) - 2), low = Math.floor((start - half) / step) * step;
  return { low, high: low + 2 * half + step, step, decimals: Math.max(0, -Math.round(Math.log10(step))) };
}
