// The questions on one page: after each answer the server says which others it calls for, and what the law forbids.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ask]");
  const say = document.getElementById("say");
  let asking = 0;
  const refresh = async () => {
    const mine = ++asking;
    const query = new URLSearchParams(new FormData(form));
    query.delete("_go");
    const answer = await fetch(`${form.action}?${query}&_go=0`, { headers: { accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || mine !== asking) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    let more = 0;
    for (const here of form.querySelectorAll("[data-question]")) {
      const there = page.querySelector(`[data-question="${here.dataset.question}"]`);
      if (!there) continue;
      more += Number(here.hidden && !there.hidden);
      here.hidden = here.disabled = there.hidden;
    }
    const stops = page.getElementById("stops");
    const told = document.getElementById("stops");
    if (stops.textContent.trim() !== told.textContent.trim()) told.innerHTML = stops.innerHTML;
    if (more) say.textContent = `又多了 ${more} 个问题`;
  };
  form.addEventListener("change", refresh);
})();
