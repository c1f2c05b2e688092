// Work lists by keyboard, and the count of what is chosen. The list does everything without it.
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("#rows tbody input[name=pick]")];
  const links = () => [...document.querySelectorAll("#rows tbody a.no")];
  const all = () => document.querySelector("[data-all] input");
  const off = () => document.cookie.split("; ").includes("keys=off");

  const count = () => {
    const marked = boxes().filter((box) => box.checked).length;
    const said = document.querySelector("[data-chosen]");
    if (!said) return;
    said.textContent = marked ? `已选 ${marked} 件` : "勾选后可以一起办";
    document.querySelector("[data-none]").hidden = !marked;
    all().checked = marked > 0 && marked === boxes().length;
    all().indeterminate = marked > 0 && marked < boxes().length;
  };
  const choose = (on) => { for (const box of boxes()) box.checked = on; count(); };
  const begin = () => {
    for (const each of document.querySelectorAll("[data-all], [data-print], [data-keys]")) each.hidden = false;
    document.querySelector("[data-chosen]")?.setAttribute("role", "status");
    if (all()) count();
  };

  document.addEventListener("change", (event) => {
    if (event.target === all()) choose(event.target.checked);
    else if (event.target.name === "pick") count();
    else if (event.target.matches("[data-keys-on]")) {
      document.cookie = `keys=${event.target.checked ? "on" : "off"}; path=/desk; max-age=31536000; samesite=lax; secure`;
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.matches("[data-none]")) choose(false);
    if (button?.matches("[data-print]")) print();
    if (button?.matches("[data-keys]")) help();
  });
  const help = () => {
    const keys = document.getElementById("keys");
    keys.querySelector("[data-keys-on]").checked = !off();
    keys.showModal();
  };

  // Single keys, where nothing is being typed; they can be turned off.
  const step = (by) => {
    const found = links();
    const at = found.findIndex((link) => link.closest("tr").contains(document.activeElement));
    found[Math.min(found.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : found.length - 1) : at + by))]?.focus();
  };
  const mark = () => {
    const box = document.activeElement?.closest("tr")?.querySelector("input[name=pick]");
    if (box) { box.checked = !box.checked; count(); }
  };
  const acts = { j: () => step(1), k: () => step(-1), x: mark, "?": help, Escape: () => choose(false), "/": () => document.getElementById("find").focus() };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=checkbox]), select, textarea") || document.querySelector("dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || off() || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  document.addEventListener("htmx:afterSwap", begin);
  begin();
})();
