// What of a page stands in its address: numbers that were moved, and the step that is shown (`#w=2&step=7`).
// A leaf that is called step keeps its name; the step is then called step~.
const stepKey = (taken, key = "step") => (taken.includes(key) ? stepKey(taken, `${key}~`) : key);
function stepOf(hash, key) {
  const found = hash.replace(/^#/, "").slice(0, 20000).split("&").findLast((part) => part.startsWith(`${key}=`));
  return found && /^\d{1,9}$/.test(found.slice(key.length + 1)) ? Number(found.slice(key.length + 1)) : null;
}
const withStep = (link, key, step) => [...(link ? [link] : []), ...(step === null ? [] : [`${key}=${step}`])].join("&");

// It is followed when the page opens and, where the address is the page's own (`bound`), wherever one is led.
function addressed({ live, walk, refresh, bound }) {
  const key = stepKey([...live.keys.values()]);
  let writing = 0;
  const text = () => withStep(live.link(), key, walk.place());
  function follow(afresh) {
    live.follow(location.hash, afresh);
    walk.seek(stepOf(location.hash, key));
  }
  if (bound) addEventListener("hashchange", () => { if (text() !== location.hash.slice(1)) { follow(true); refresh(); } });
  return {
    text, follow,
    // It is written when the hand rests: that costs more than all the rest of a move.
    write() {
      clearTimeout(writing);
      writing = setTimeout(() => {
        try { history.replaceState(null, "", text() ? `#${text()}` : location.pathname + location.search); } catch { /* some viewers have no address */ }
      }, 250);
    },
    stop() { clearTimeout(writing); },
  };
}
