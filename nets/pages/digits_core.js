// The network of the page as numbers alone: the weights, the activations, the gradient of an answer.
// `data` is what the page carries; `activations` are those of the hidden layers and of the output.
const L = data.sizes.length - 1;
const unpack = (text) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return data.bits === 64 ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
};
const weights = [], biases = [];
data.weights.forEach((text, i) => (i % 2 ? biases : weights).push(unpack(text)));

function forward(x) {
  const run = { a: [x], slope: [] };
  for (let l = 0; l < L; l++) {
    const n = data.sizes[l + 1], m = data.sizes[l], a = Array(n), slope = Array(n), w = weights[l], last = run.a[l];
    const f = activations[l === L - 1 ? 1 : 0];
    const z = Array.from({ length: n }, (_, j) => { let s = 0; for (let k = 0; k < m; k++) s += w[j * m + k] * last[k]; return s + biases[l][j]; });
    const top = l === L - 1 && data.softmax ? Math.max(...z) : 0;
    for (let j = 0; j < n; j++) { const y = f(z[j] - top); a[j] = y.value; slope[j] = y.gradient.z; }
    if (l === L - 1 && data.softmax) { const total = a.reduce((s, v) => s + v, 0); for (let j = 0; j < n; j++) a[j] /= total; }
    run.a.push(a);
    run.slope.push(slope);
  }
  return run;
}
// The gradient of one output with respect to the pixels: back through the layers.
function gradient(run, output) {
  const out = run.a[L];
  let delta = out.map((v, j) => (data.softmax ? out[output] * ((j === output) - v) : j === output ? run.slope[L - 1][j] : 0));
  for (let l = L - 1; l >= 0; l--) {
    const m = data.sizes[l], back = Array(m).fill(0);
    delta.forEach((d, j) => { for (let k = 0; k < m; k++) back[k] += weights[l][j * m + k] * d; });
    delta = l ? back.map((v, k) => v * run.slope[l - 1][k]) : back;
  }
  return delta;
}
