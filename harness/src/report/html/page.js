"use strict";
(() => {
  const cards = [...document.querySelectorAll(".scenario")];
  const words = new Map(cards.map(card => {
    const shown = card.querySelector("summary").textContent + " " + card.querySelector(".reason").textContent;
    return [card, shown.toLowerCase()];
  }));
  const search = document.getElementById("q");
  const namespace = document.getElementById("ns");
  const verdicts = [...document.querySelectorAll("input[name=v]")];
  const fold = document.getElementById("fold");

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const on = new Set(verdicts.filter(box => box.checked).map(box => box.value));
    let count = 0;
    for (const card of cards) {
      const shown = on.has(card.dataset.verdict)
        && (!namespace.value || card.dataset.ns === namespace.value)
        && wanted.every(word => words.get(card).includes(word));
      card.hidden = !shown;
      count += shown;
    }
    document.getElementById("count").textContent = `${count} of ${cards.length}`;
    document.getElementById("none").hidden = count > 0;
  };

  const show = () => {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card && card.classList.contains("scenario")) {
      card.hidden = false;
      card.open = true;
      card.scrollIntoView();
    }
  };

  fold.addEventListener("click", () => {
    const open = fold.textContent === "Open all";
    cards.filter(card => !card.hidden).forEach(card => { card.open = open; });
    fold.textContent = open ? "Close all" : "Open all";
  });
  for (const control of [search, namespace, ...verdicts]) control.addEventListener("input", filter);
  document.querySelector(".filters").addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", show);
  filter();
  show();
})();
