// Runs in every page before its own scripts do. It counts the timers that the page sets, and lets windows that nobody clicked
// for stay closed; a page finds functions that are as native as ever. Whoever knows the name asks over an event, which
// crosses from one world into another, on an object that outlives `document.open`.
(name) => {
  const { apply } = Reflect;
  const { stringify } = JSON;
  const { toString } = Function.prototype;
  const { slice } = String.prototype;
  const { dispatchEvent } = EventTarget.prototype;
  const [Answer, Wrapped, clock, activation] = [CustomEvent, Proxy, performance, navigator.userActivation];
  const time = clock.now.bind(clock);
  const [timeout, interval, cleared, number, copy, longer] = [setTimeout, setInterval, clearInterval, Number, Object.values, Math.max];
  const [LONGEST, MOST, TICK, BUSIEST] = [5000, 50, 100, 25000];
  const begun = time();
  // On a busy machine a page's timers are late. Its age is counted by one of its kind, which is as late as they are.
  let ticks = 0;
  const every = apply(interval, undefined, [() => (ticks += 1) * TICK > LONGEST && apply(cleared, undefined, [every]), TICK]);
  const age = () => longer(ticks * TICK, time() - begun - BUSIEST);
  const pending = Object.create(null);
  const often = Object.create(null);
  let count = 0;

  const note = (id, [code, delay], repeats) => {
    const wait = typeof delay === "number" || typeof delay === "string" ? number(delay) || 0 : 0;
    if (wait > LONGEST || count >= MOST) return;
    const text = typeof code === "function" ? apply(toString, code, []) : typeof code === "string" ? code : "";
    const what = wait + " " + text.length + " " + apply(slice, text, [0, 100]);
    often[what] = (often[what] ?? 0) + 1;
    // What is set again and again, and what was set long after the page began, is none of its beginning.
    const timer = { what, again: repeats || often[what] > 2, late: age() > LONGEST };
    pending[id] = timer;
    count += 1;
    // Timers of the same delay end in the order in which they were set.
    if (!repeats) apply(timeout, undefined, [() => forget(id, timer), wait]);
  };
  const forget = (id, timer) => {
    if (pending[id] !== undefined && (timer === undefined || pending[id] === timer)) {
      delete pending[id];
      count -= 1;
    }
  };
  const wrap = (key, after) => {
    globalThis[key] = new Wrapped(globalThis[key], {
      apply(native, self, given) {
        const came = apply(native, self, given);
        try { after(came, given); } catch { /* The page must not notice. */ }
        return came;
      },
    });
  };
  wrap("setTimeout", (id, given) => note(id, given, false));
  wrap("setInterval", (id, given) => note(id, given, true));
  wrap("clearTimeout", (_, [id]) => forget(id));
  wrap("clearInterval", (_, [id]) => forget(id));

  // A window that nobody clicked for stays closed, as in every browser (the headless shell opens it). One that somebody clicked
  // for is empty until whoever follows the journey is there to see what it asks for.
  const [native, lower, has] = [globalThis.open, String.prototype.toLowerCase, (target) => opened[target]?.closed === false];
  const opened = Object.create(null);
  const frames = ["iframe", "frame", "object", "embed"];
  let leads = [];
  const fresh = (target) => {
    const known = ["", "_self", "_parent", "_top"];
    for (const one of known) if (one === apply(lower, target, [])) return false;
    for (const one of document.getElementsByName(target)) if (frames.includes(one.localName)) return false;
    return target !== globalThis.name && !has(target);
  };
  const go = () => {
    const due = leads;
    leads = [];
    for (let at = 0; at < due.length; at += 1) try { due[at](); } catch { /* It is closed, or elsewhere by now. */ }
    return due.length;
  };
  const prepare = (target, features) => {
    const made = apply(native, globalThis, ["", target, features]);
    if (made && target && apply(lower, target, []) !== "_blank") opened[target] = made;
    apply(timeout, undefined, [go, 2 * LONGEST]);
    return made;
  };
  const empty = (made) => made.location.href === "about:blank";
  const lead = (made, url, alone) => {
    leads[leads.length] = () => {
      if (!empty(made)) return;
      if (alone) made.opener = null;
      made.location.href = url;
    };
  };
  const walks = (url) => url.protocol === "http:" || url.protocol === "https:";
  const parse = (text) => {
    try { return new Address(text, document.baseURI); } catch { return null; }
  };
  const Address = URL;
  globalThis.open = new Wrapped(native, {
    apply(native, self, given) {
      const [text, target, features] = [given[0], given[1] ?? "_blank", given[2] ?? ""];
      const plain = typeof text === "string" && typeof target === "string" && typeof features === "string";
      if ((self !== undefined && self !== globalThis) || (plain && !fresh(target || "_blank"))) return apply(native, self, given);
      if (!activation.isActive) return null;
      const url = plain && text ? parse(text) : null;
      if (!url || !walks(url)) return apply(native, self, given);
      const alone = /\bno(opener|referrer)\b/.test(features);
      const made = prepare(target, features.replace(/\bno(opener|referrer)\b(=\w+)?/g, ""));
      if (made) lead(made, url.href, alone);
      return alone ? null : made;
    },
  });
  const base = () => document.querySelector("base[target]")?.target ?? "";
  const clicked = (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    const link = event.composedPath().find((one) => (one.localName === "a" || one.localName === "area") && one.href);
    const target = link && (link.target || base());
    if (!link || link.hasAttribute("download") || !fresh(target)) return;
    const url = parse(link.href);
    if (!url || !walks(url)) return;
    event.preventDefault();
    const made = activation.isActive ? prepare(target, "") : null;
    const blank = apply(lower, target, []) === "_blank";
    if (made) lead(made, url.href, link.relList.contains("noopener") || (blank && !link.relList.contains("opener")));
  };
  // The same form, into that window.
  const send = (form, submitter) => {
    const said = (name) => {
      const own = "form" + name[0].toUpperCase() + name.slice(1);
      return submitter?.hasAttribute(own.toLowerCase()) ? submitter[own] : form[name];
    };
    const entries = [...new FormData(form, submitter)];
    const made = prepare("samlitmus" + time(), "");
    const name = made?.name;
    const copied = document.createElement("form");
    Object.assign(copied, {
      action: said("action"), method: said("method"), enctype: said("enctype"),
      acceptCharset: form.acceptCharset, target: name, hidden: true,
    });
    for (const [key, value] of entries) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: key, value });
      copied.append(field);
    }
    if (made) leads[leads.length] = () => {
      document.documentElement.append(copied);
      apply(submit, copied, []);
      copied.remove();
    };
  };
  const { submit } = HTMLFormElement.prototype;
  const away = (form, submitter) => {
    const target = (submitter?.hasAttribute("formtarget") ? submitter.formTarget : form.target) || base();
    if (!fresh(target)) return false;
    if (activation.isActive) send(form, submitter);
    return true;
  };
  HTMLFormElement.prototype.submit = new Wrapped(submit, {
    apply: (native, self, given) => (self instanceof HTMLFormElement && away(self, null) ? undefined : apply(native, self, given)),
  });
  const listen = (on, what, heard) => apply(EventTarget.prototype.addEventListener, on, [what, heard]);
  listen(globalThis, "click", clicked);
  listen(globalThis, "submit", (event) => {
    if (!event.defaultPrevented && away(event.target, event.submitter)) event.preventDefault();
  });
  listen(clock, name + "-go", () => {
    const detail = stringify({ windows: go() });
    apply(dispatchEvent, clock, [new Answer(name + "-answer", { detail })]);
  });
  listen(clock, name, () => {
    const detail = stringify({ age: age(), timers: copy(pending) });
    apply(dispatchEvent, clock, [new Answer(name + "-answer", { detail })]);
  });
}
