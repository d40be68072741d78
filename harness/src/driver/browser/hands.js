// Runs in a world of its own, where the page's scripts have no say. `wanted` is {css} or {words}; `what` is look, click,
// fill, grip or submit. Answers with JSON: {wrong}, {absent}, {at: [x, y]} where the pointer is to press, {typed}, {done}.
(what, wanted, text) => {
  const squeeze = (words) => words.replace(/\s+/g, " ").trim();
  const say = (answer) => JSON.stringify(answer);
  const wrong = (why) => say({ wrong: why });
  const kind = (el) => (el.localName === "input" || el.localName === "button" ? el.type : el.localName);

  // Everything in the page, open shadow trees included, in tree order.
  const all = (root) => [...root.querySelectorAll("*")].flatMap((el) =>
    el.shadowRoot ? [el, ...all(el.shadowRoot)] : [el]);
  const seen = (el) => el.checkVisibility({ visibilityProperty: true })
    && [...el.getClientRects()].some((rect) => rect.width > 0 && rect.height > 0);
  const speaks = (el) => {
    const acts = el.hasAttribute("onclick") || ["button", "link"].includes(el.getAttribute("role"));
    switch (el.localName) {
      case "a": return el.hasAttribute("href") || acts;
      case "button": case "label": case "summary": return true;
      case "input": return acts || ["submit", "button", "reset", "image"].includes(el.type);
      default: return acts;
    }
  };
  const words = (el) => {
    const own = el.localName !== "input" ? el.innerText ?? el.textContent
      : el.type === "image" ? el.alt || "Submit"
      : el.value || { submit: "Submit", reset: "Reset" }[el.type] || "";
    return squeeze(own) || squeeze(el.getAttribute("aria-label") ?? el.title
      ?? el.querySelector("[alt]")?.getAttribute("alt") ?? "");
  };
  const find = () => {
    const there = all(document);
    if (wanted.css !== undefined) {
      const found = there.filter((el) => el.matches(wanted.css));
      return { el: found.find((el) => seen(el) || (what === "submit" && el.localName === "form")), hidden: found.length > 0 };
    }
    // A style sheet may show it in capitals.
    const lower = wanted.words.toLowerCase();
    const speaking = there.filter((el) => speaks(el) && seen(el)).map((el) => [el, words(el).toLowerCase()]);
    const best = speaking.find(([, shown]) => shown === lower) ?? speaking.find(([, shown]) => shown.includes(lower));
    return { el: best?.[0], hidden: false };
  };

  // Where the pointer reaches it: a place in it that nothing else covers.
  const aim = (el) => {
    el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const inside = (x, y) => {
      let hit = document.elementFromPoint(x, y);
      while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit) {
        hit = hit.shadowRoot.elementFromPoint(x, y);
      }
      for (let up = hit; up; up = up.parentNode ?? up.host) if (up === el) return true;
      return false;
    };
    for (const rect of el.getClientRects()) {
      for (const [across, down] of [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75], [0.1, 0.1]]) {
        const [x, y] = [Math.floor(rect.left + rect.width * across), Math.floor(rect.top + rect.height * down)];
        if (inside(x, y)) return say({ at: [x, y] });
      }
    }
    return wrong("something else lies over it");
  };
  const press = (el) => (el.matches(":disabled") ? wrong("it is disabled") : aim(el));
  const complaint = (form, button) => {
    if (form.noValidate || button?.formNoValidate) return null;
    const bad = [...form.elements].find((el) => el.willValidate && el.matches(":invalid"));
    return bad ? wrong(`the form is not sent: ${bad.name || bad.localName}: ${bad.validationMessage}`) : null;
  };
  const sends = (el) => ["submit", "image"].includes(kind(el)) && ["input", "button"].includes(el.localName);
  const click = (el) => {
    const button = el.closest("button, input");
    return (button && sends(button) && button.form && complaint(button.form, button)) || press(el);
  };
  const tell = (el) => ["input", "change"].forEach((name) => el.dispatchEvent(new Event(name, { bubbles: true, composed: true })));

  const chosen = (list) => {
    const options = [...list.options];
    const option = options.find((one) => one.value === text) ?? options.find((one) => squeeze(one.label) === squeeze(text));
    if (!option) return wrong(`the list has no \`${text}\``);
    if (option.matches(":disabled")) return wrong(`\`${text}\` is disabled in the list`);
    list.focus();
    if (list.value !== option.value || list.multiple) {
      list.selectedIndex = option.index;
      tell(list);
    }
    return say({ done: true });
  };
  const checked = (box) => {
    const form = box.form;
    const named = all(box.getRootNode()).filter((el) =>
      el.localName === "input" && el.type === box.type && el.name === box.name && el.form === form);
    const one = named.find((el) => el.value === text);
    if (box.type === "radio" && !one) return wrong(`no radio button of its group has the value \`${text}\``);
    const on = one !== undefined || ["on", "true", "yes"].includes(text);
    if (!on && !["", "off", "false", "no"].includes(text)) return wrong(`no box of that name has the value \`${text}\``);
    const meant = one ?? box;
    if (meant.checked === on) return say({ done: true });
    if (meant.matches(":disabled")) return wrong("the field is disabled");
    if (seen(meant)) return aim(meant);
    // Where the box itself is not drawn its label is.
    const label = [...(meant.labels ?? [])].find(seen);
    return label ? aim(label) : wrong("the box is not shown");
  };
  const set = (field) => {
    field.focus();
    field.value = text;
    tell(field);
    return field.value === text ? say({ done: true }) : wrong(`it does not take \`${text}\``);
  };
  const field = (el) => (el.localName === "label" ? el.control : el);
  const fill = (el) => {
    const into = field(el);
    if (!into) return wrong("the label stands for no field");
    globalThis.samlitmus = into;
    if (into.matches(":disabled")) return wrong("the field is disabled");
    switch (kind(into)) {
      case "select": return chosen(into);
      case "checkbox": case "radio": return checked(into);
      case "submit": case "button": case "reset": case "image": case "file": case "hidden":
        return wrong(`nobody can type into an element of type ${kind(into)}`);
    }
    if (into.readOnly) return wrong("the field is read-only");
    if (["date", "time", "datetime-local", "month", "week", "color", "range"].includes(into.type)) return set(into);
    if (!("value" in into && ["input", "textarea"].includes(into.localName)) && !into.isContentEditable) {
      return wrong(`nobody can type into a ${into.localName}`);
    }
    const at = JSON.parse(aim(into));
    return say({ ...at, types: !at.wrong });
  };
  // The field that was clicked into, with all that stands in it selected, so that typing replaces it.
  const grip = () => {
    const into = globalThis.samlitmus;
    if (!into?.isConnected) return wrong("the field is gone");
    if (!into.matches(":focus")) into.focus();
    if (into.select) into.select();
    else getSelection().selectAllChildren(into);
    return say({ done: true });
  };
  const submit = (el) => {
    if (sends(el)) return click(el);
    const form = el.localName === "form" ? el : field(el)?.form ?? el.closest("form");
    if (!form) return wrong("it is no form, and in none");
    const button = [...all(form.getRootNode())].find((one) => sends(one) && one.form === form);
    if (button?.matches(":disabled")) return wrong("the button of the form is disabled");
    const bad = complaint(form, button);
    if (bad) return bad;
    if (button && seen(button)) {
      const at = aim(button);
      if (JSON.parse(at).at) return at;
    }
    form.requestSubmit(button ?? null);
    return say({ done: true });
  };

  if (what === "grip") return grip();
  let found;
  try {
    found = find();
  } catch {
    return wrong("it is no CSS selector for this browser");
  }
  if (!found.el) return say({ absent: true, hidden: found.hidden });
  switch (what) {
    case "look": return say({ done: true });
    case "click": return click(found.el);
    case "fill": return fill(found.el);
    default: return submit(found.el);
  }
}
