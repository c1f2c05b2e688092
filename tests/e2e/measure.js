// What a page looks like to somebody who uses it, measured inside the page. Called with {ask: name, ...}; answers with
// findings: sentences, empty when nothing is wrong.
(asked) => {
  const SLACK = 2;
  const style = (el) => getComputedStyle(el);
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 24);
  const said = (el) => `<${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""}${
    typeof el.className === "string" && el.className ? "." + el.className.trim().split(/\s+/).join(".") : ""
  }> “${short(el.innerText || el.textContent || el.getAttribute("aria-label") || el.name || "")}”`;

  const tucked = (el) => {
    // For screen readers only: there, but a pixel large or clipped away.
    for (let at = el; at && at !== document.body; at = at.parentElement) {
      const s = style(at), box = at.getBoundingClientRect();
      if (s.clipPath.startsWith("inset(50%") || s.clipPath.startsWith("inset(100%") || s.clip === "rect(0px, 0px, 0px, 0px)") return true;
      if (s.overflow !== "visible" && (box.width <= 1 || box.height <= 1) && !(at instanceof SVGElement)) return true;
    }
    return false;
  };
  const shown = (el) =>
    el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) && !tucked(el);

  const window_of = (el, box) => {
    // The part of a box that the scrolling or clipping boxes around it let through.
    let { left, top, right, bottom } = box;
    for (let at = el.parentElement; at && at !== document.documentElement; at = at.parentElement) {
      if (at === document.body || style(at).overflow === "visible") continue;
      const around = at.getBoundingClientRect();
      left = Math.max(left, around.left); top = Math.max(top, around.top);
      right = Math.min(right, around.right); bottom = Math.min(bottom, around.bottom);
    }
    return { left, top, right, bottom };
  };

  const texts = () => {
    // Every visible line of text: its box, as high as the characters and not as the line.
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const el = node.parentElement;
      if (!node.data.trim() || !el || el.closest("option, script, style, noscript, title, desc") || !shown(el)) continue;
      const size = parseFloat(style(el).fontSize);
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        const middle = (line.top + line.bottom) / 2, half = Math.min(size * 0.42, line.height / 2);
        const tight = { left: line.left, right: line.right, top: middle - half, bottom: middle + half };
        const box = window_of(el, tight);
        if (line.width < 1 || box.right - box.left < 1 || box.bottom - box.top < 1) continue;
        if (box.right + scrollX < 0 || box.bottom + scrollY < 0) continue; // a skip link waits outside
        found.push({ el, node, box, tight, text: short(node.data) });
      }
    }
    return found;
  };
  const controls = () =>
    [...document.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(shown).map((el) => {
      const r = el.getBoundingClientRect();
      return { el, node: el, box: window_of(el, r), text: el.name || el.type };
    });

  const overlaps = () => {
    const all = [...texts(), ...controls()], found = new Set();
    for (let i = 0; i < all.length; i++) for (let j = i + 1; j < all.length; j++) {
      const a = all[i], b = all[j];
      if (a.node === b.node || a.el.contains(b.el) && b.node === b.el || b.el.contains(a.el) && a.node === a.el) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > SLACK && high > SLACK) {
        if ([a, b].some((one) => ["fixed", "sticky"].includes(floats(one.el)))) continue;
        found.add(`overlap: “${a.text}” and “${b.text}” lie on each other in ${said(a.el)} and ${said(b.el)}`);
      }
    }
    return [...found];
  };
  const floats = (el) => {
    for (let at = el; at; at = at.parentElement) if (["fixed", "sticky"].includes(style(at).position)) return style(at).position;
    return "";
  };

  const cut = () => {
    const found = new Set();
    for (const el of document.body.querySelectorAll("*")) {
      if (!shown(el) || !el.innerText?.trim()) continue;
      const s = style(el), clips = (how) => how === "hidden" || how === "clip";
      if (el.matches("input, select, textarea, svg, svg *")) continue;
      if (clips(s.overflowX) && el.scrollWidth > el.clientWidth + 1 || clips(s.overflowY) && el.scrollHeight > el.clientHeight + 1)
        found.add(`cut: text does not fit into ${said(el)}`);
    }
    for (const { el, tight, text } of texts()) {
      for (let at = el; at && at !== document.body; at = at.parentElement) {
        const s = style(at), around = at.getBoundingClientRect();
        if (at instanceof SVGElement) {
          const frame = at.tagName === "svg" ? at : at.tagName === "g" ? at.querySelector(":scope > rect") : null;
          if (frame && outside(tight, frame.getBoundingClientRect(), 1)) found.add(`cut: “${text}” is drawn outside its ${frame.tagName}`);
          continue;
        }
        if (s.position === "absolute" || s.position === "fixed" || s.overflow !== "visible") break;
        const framed = parseFloat(s.borderRightWidth) && s.borderRightStyle !== "none" || s.backgroundColor !== "rgba(0, 0, 0, 0)";
        if (framed && s.display !== "inline" && outside(tight, around, SLACK))
          found.add(`cut: “${text}” sticks out of ${said(at)}`);
      }
    }
    return [...found];
  };
  const outside = (box, around, slack) =>
    box.left < around.left - slack || box.right > around.right + slack || box.top < around.top - slack || box.bottom > around.bottom + slack;

  const covered = () => {
    // Each line of text can be seen somewhere while one scrolls through the page.
    const unseen = new Map(), was = [scrollX, scrollY];
    const end = document.documentElement.scrollHeight - innerHeight;
    for (let y = 0; ; y += innerHeight / 2) {
      window.scrollTo({ top: y, behavior: "instant" });
      for (const { el, box, text } of texts()) {
        const x = (box.left + box.right) / 2, h = (box.top + box.bottom) / 2;
        if (x < 0 || h < 0 || x >= innerWidth || h >= innerHeight) continue;
        const key = `${said(el)}${text}`, hit = document.elementFromPoint(x, h);
        const own = !hit || el.contains(hit) || hit.contains(el) || hit.closest("label")?.contains(el) || style(el).pointerEvents === "none";
        if (own) unseen.set(key, null);
        else if (!unseen.has(key)) unseen.set(key, `covered: “${text}” lies under ${said(hit)}`);
      }
      if (y >= end) break;
    }
    window.scrollTo({ left: was[0], top: was[1], behavior: "instant" });
    return [...unseen.values()].filter(Boolean);
  };

  const reflow = () => {
    const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
    if (wide <= room) return [];
    const culprits = [...document.body.querySelectorAll("*")].filter((el) => {
      const r = el.getBoundingClientRect();
      return r.width && window_of(el, r).right > room + 1 && shown(el);
    });
    return [`reflow: ${wide} px wide on a window of ${room} px: ${culprits.slice(-2).map(said).join(", ")}`];
  };

  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex='0'][role=link]";
  const targets = () => {
    const found = [];
    for (const el of document.querySelectorAll(INTERACTIVE)) {
      if (!shown(el) && !(el.matches("input") && el.labels?.length)) continue;
      const boxes = [el, ...(el.matches("[type=checkbox], [type=radio], [type=file]") ? el.labels : [])].map((e) => e.getBoundingClientRect());
      const wide = Math.max(...boxes.map((b) => b.width)), high = Math.max(...boxes.map((b) => b.height));
      if (boxes[0].right < 0 || !wide) continue;
      const inline = el.matches("a") && style(el).display === "inline";
      const sentence = inline && short(el.parentElement.innerText) !== short(el.innerText);
      const least = asked.main && el.matches(asked.main) ? 44 : 24;
      if ((wide < least - 0.5 || high < least - 0.5) && !(sentence && least === 24))
        found.push(`target: ${said(el)} is ${Math.round(wide)}×${Math.round(high)} px, ${least} are needed`);
    }
    return found;
  };

  const focus = () => {
    // Asked after each press of Tab: what has the focus, and can a person see it?
    const el = document.activeElement;
    if (el) el.dataset.focusVisited = "yes";
    if (!el || el === document.body) return { who: null, wrong: [] };
    if (el.matches("iframe, embed, object")) return { who: said(el), wrong: [] }; // what has it is inside, another document
    const wrong = [], s = style(el), label = el.labels?.[0];
    let seat = el.getClientRects()[0];
    const drawn = tucked(el) && label ? label : el;
    if (drawn === label) seat = label.getClientRects()[0];
    const rings = [s, style(drawn), ...(label ? [style(label)] : [])];
    if (!rings.some((r) => r.outlineStyle !== "none" && parseFloat(r.outlineWidth) >= 2 || !asked.forced && r.boxShadow !== "none"))
      wrong.push(`focus: nothing shows that ${said(el)} has it`);
    if (!seat || seat.width < 1) return { who: said(el), wrong: [...wrong, `focus: ${said(el)} has it and cannot be seen`] };
    const seatIn = window_of(drawn, seat);
    const x = (Math.max(seatIn.left, 0) + Math.min(seatIn.right, innerWidth)) / 2;
    const y = (Math.max(seatIn.top, 0) + Math.min(seatIn.bottom, innerHeight)) / 2;
    const hit = document.elementFromPoint(x, y);
    if (!hit) wrong.push(`focus: ${said(el)} has it outside the window`);
    else if (!(drawn.contains(hit) || el.contains(hit) || hit.contains(drawn) || label?.contains(hit)))
      wrong.push(`focus: ${said(el)} has it under ${said(hit)}`);
    return { who: said(el), wrong };
  };
  const unreached = () =>
    [...document.querySelectorAll(INTERACTIVE)].filter((el) =>
      shown(el) && el.tabIndex >= 0 && !el.disabled && !el.dataset.focusVisited && !(el.type === "radio" && radioReached(el))
    ).map((el) => `focus: Tab never comes to ${said(el)}`);
  const radioReached = (el) =>
    [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(el.name)}"]`)].some((r) => r.dataset.focusVisited);

  const wording = () => {
    // Everything a person reads or is read to, folded away or not; but what stands there to be copied or typed.
    const parts = [document.title], copied = "code, samp, kbd";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (!node.parentElement.closest(`script, style, ${copied}`)) parts.push(node.data);
    for (const name of ["aria-label", "title", "alt", "placeholder", "aria-description"])
      for (const el of document.body.querySelectorAll(`[${name}]`)) parts.push(el.getAttribute(name));
    for (const el of document.querySelectorAll("input[type=submit], input[type=button]")) parts.push(el.value);
    return parts.filter((text) => text && text.trim());
  };

  return { overlaps, cut, covered, reflow, targets, focus, unreached, wording }[asked.ask]();
}
