// What the pages do beyond what the browser does by itself. Every page works without it.
(() => {
  "use strict";
  const trouble = document.getElementById("trouble");
  const say = document.getElementById("say");
  const tell = (text) => { trouble.textContent = text; trouble.hidden = !text; };
  const clear = () => tell("");

  // After a refusal the summary is read first.
  document.querySelector("[data-focus]")?.focus();

  // Offline: nothing that was typed is lost, and sending again under the same key does nothing twice.
  const offline = "网络断开了，刚才的内容没有提交。恢复后再点一次，不会重复办理。";
  addEventListener("offline", () => tell(offline));
  addEventListener("online", clear);
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (!navigator.onLine) { event.preventDefault(); tell(offline); return; }
    dirty = null;
    const form = event.target;  // a second click on the same button is not a second request
    if (form.method === "post") {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 5000);
    }
  });

  // Leaving with something typed asks first, where a form wants that (data-guard).
  let dirty = null;
  document.addEventListener("input", (event) => { if (event.target.form?.hasAttribute("data-guard")) dirty = event.target.form; });
  addEventListener("beforeunload", (event) => { if (dirty?.isConnected) event.preventDefault(); });

  // Fragments: what changed is said, what failed is shown.
  document.addEventListener("htmx:afterSwap", (event) => {
    const said = event.detail.target?.querySelector?.("[data-say]") ?? event.detail.target?.closest?.("[data-say]");
    if (said) say.textContent = said.dataset.say;
    event.detail.target?.querySelector?.("[data-focus]")?.focus();
    clear();
  });
  document.addEventListener("htmx:sendError", () => tell(offline));
  document.addEventListener("htmx:responseError", () => tell("没有办成，请刷新页面再试。填写的内容还在。"));

  // The session: five minutes before it ends one key prolongs it.
  const idle = Number(document.body.dataset.idle || 0);
  if (idle) {
    let ends = Date.now() + idle * 1000;
    const stay = document.createElement("button");
    stay.className = "btn btn-s";
    stay.textContent = "继续使用";
    stay.addEventListener("click", async () => {
      const answer = await fetch("/session", { headers: { accept: "text/plain" } }).catch(() => null);
      const left = answer?.ok && !answer.redirected ? Number(await answer.text()) : 0;
      if (left > 0) { ends = Date.now() + left * 1000; clear(); } else tell(answer ? "已经退出登录，请重新登录。" : offline);
    });
    setInterval(() => {
      const left = Math.ceil((ends - Date.now()) / 60000);
      if (left <= 0) tell("长时间没有操作，已经退出登录。请先复制没有提交的内容，再重新登录。");
      else if (left <= 5 && !trouble.contains(stay)) { tell(`还有 ${left} 分钟就要自动退出。`); trouble.append(" ", stay); }
    }, 15000);
  }
})();
