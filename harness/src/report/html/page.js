"use strict";
(() => {
  const cards = [...document.querySelectorAll(".scenario")];
  const words = new Map(cards.map(card => {
    const shown = card.querySelector("summary").textContent + " " + card.querySelector(".reason").textContent;
    return [card, shown.toLowerCase()];
  }));
  // What nobody need act on is packed: unpacked as soon as the page is there, and laid out once it is looked at.
  const places = [...document.querySelectorAll("[data-packed]")];
  let texts = [];
  const layOut = card => {
    const place = card.querySelector("[data-packed]");
    const text = texts[places.indexOf(place)];
    if (text === undefined) return;
    place.insertAdjacentHTML("afterend", text);
    place.remove();
  };
  const unpack = async () => {
    const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), one => one.charCodeAt(0));
    const all = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    texts = (await new Response(all).text()).split("\0");
    cards.filter(card => card.open).forEach(layOut);
    document.documentElement.dataset.unpacked = "";
  };
  document.addEventListener("toggle", event => {
    if (event.target.open && event.target.matches(".scenario")) layOut(event.target);
  }, true);
  const search = document.getElementById("q");
  const namespace = document.getElementById("ns");
  const verdicts = [...document.querySelectorAll("input[name=v]")];
  const controls = [search, namespace, ...verdicts];
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

  // The filters as the end of an address, and back: #?v=fail&ns=signature
  const told = () => {
    const all = new URLSearchParams();
    if (search.value) all.set("q", search.value);
    if (namespace.value) all.set("ns", namespace.value);
    const on = verdicts.filter(box => box.checked).map(box => box.value);
    if (on.length < verdicts.length) all.set("v", on.join(","));
    return all.size ? `#?${all}` : "";
  };
  const take = text => {
    const all = new URLSearchParams(text);
    const on = all.get("v")?.split(",");
    search.value = all.get("q") ?? "";
    namespace.value = all.get("ns") ?? "";
    if (namespace.selectedIndex < 0) namespace.value = "";
    for (const box of verdicts) box.checked = !on || on.includes(box.value);
    filter();
  };

  // #signature/xsw-3@A is that section, #signature/xsw-3 the first of the scenario's.
  const named = name => cards.find(card => card.id === name) ?? cards.find(card => card.id.startsWith(`${name}@`));
  const follow = () => {
    let name = location.hash.slice(1);
    if (name.startsWith("?")) {
      take(name.slice(1));
      document.getElementById("scenarios").scrollIntoView();
      return;
    }
    try { name = decodeURIComponent(name); } catch { /* It is taken as it stands. */ }
    const card = name && named(name);
    if (card) {
      card.hidden = false;
      card.open = true;
      card.scrollIntoView();
      card.querySelector("summary").focus({ preventScroll: true });
    }
  };

  fold.addEventListener("click", () => {
    const open = fold.textContent === "Open all";
    cards.filter(card => !card.hidden).forEach(card => { card.open = open; });
    fold.textContent = open ? "Close all" : "Open all";
  });
  const changed = () => {
    filter();
    history.replaceState(null, "", told() || location.pathname + location.search);
  };
  for (const control of controls) {
    for (const kind of ["input", "change"]) control.addEventListener(kind, changed);
  }
  document.querySelector(".filters").addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", follow);
  // A link to where the address points already changes nothing, and is followed all the same.
  document.addEventListener("click", event => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) follow();
  });

  // On paper nothing can be opened.
  let opened = [];
  addEventListener("beforeprint", () => {
    cards.filter(card => !card.hidden).forEach(layOut);
    opened = [...document.querySelectorAll("details:not([open])")].filter(one => !one.closest("[hidden]"));
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
  filter();
  follow();
  unpack();
})();
