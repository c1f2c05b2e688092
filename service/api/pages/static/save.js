// What is typed is saved by itself after a pause, as 「先保存」 saves it. Each saving has a key of its own and moves the version
// the form has seen; the button that is pressed waits for the one on its way (`settle`, act.js) and is the last.
(() => {
  "use strict";
  const PAUSE = 3000;  // milliseconds without typing
  const form = document.querySelector("form[data-save]");
  if (!form) return;
  const saved = document.getElementById("saved");
  const held = form.elements;
  const typed = () => {
    const data = new FormData(form);
    for (const name of ["csrf", "key", "seen"]) data.delete(name);
    return new URLSearchParams(data).toString();
  };
  let kept = typed();
  let on = true, timer = 0, count = 0, running = null;
  let sent = null;  // what no answer came to: goes again as it was, under its key, before anything else
  const tell = (words) => { if (saved.textContent !== words) saved.textContent = words; };
  const later = () => { clearTimeout(timer); if (on) timer = setTimeout(start, PAUSE); };

  const keep = async () => {
    if (!sent) {
      const now = typed();
      if (now === kept) return;
      const body = new URLSearchParams(now);
      body.append("then", "auto");
      body.append("csrf", held.csrf.value);
      body.append("key", `${held.key.value}:auto:${count += 1}`);
      body.append("seen", held.seen.value);
      sent = { now, body };
    }
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: sent.body, headers: { accept: "text/html" }, redirect: "manual" });
    if (answer.status >= 500 || answer.status === 429) return;
    const { now } = sent;
    sent = null;
    if (!answer.ok) { on = false; tell("没有自动保存。填写的内容还在，请按「先保存，以后再填」"); return; }
    held.seen.value = answer.headers.get("x-seen");
    kept = now;
    tell(await answer.text());
    if (typed() === kept) form.dispatchEvent(new Event("saved", { bubbles: true }));
    else later();
  };
  const start = () => { running ??= keep().catch(() => {}).finally(() => { running = null; }); };
  // Rejects while the server is out of reach: the form is not sent before it is known what was saved.
  form.settle = async () => {
    on = false;
    clearTimeout(timer);
    await running;
    if (sent) await keep();
  };
  form.addEventListener("input", later);
  addEventListener("online", later);
  document.addEventListener("visibilitychange", () => { if (document.hidden && on) start(); });
})();
