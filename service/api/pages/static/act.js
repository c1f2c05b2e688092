// What the pages do beyond what the browser does by itself. Every page works without it.
(() => {
  "use strict";
  const trouble = document.getElementById("trouble");
  const say = document.getElementById("say");
  const tell = (text) => { trouble.textContent = text; trouble.hidden = !text; };
  const clear = () => tell("");

  // After a refusal the summary is read first.
  document.querySelector("[data-focus]")?.focus();

  // A form is sent without leaving the page: while the server cannot be reached what was typed stays where it is, and
  // sending again under the same key does nothing twice. What comes back is shown as the browser would show it.
  const offline = "网络断开了，刚才的提交可能没有办成。填写的内容还在，恢复后再点一次，不会重复办理。";
  const ended = "已经退出登录，刚才没有办成。填写的内容还在这一页上：";
  const failed = "系统暂时没有办成。填写的内容还在，请过一会儿再点一次，不会重复办理。";
  let away = false;  // the session had ended: whoever signs in elsewhere meanwhile may send what stands here
  const anew = "您在别的窗口重新登录过，刚才没有办成。填写的内容还在，请再按一次。";
  const back = async () => {
    const answer = await fetch("/session", { headers: { accept: "text/plain" } });
    const secret = answer.redirected ? "" : answer.headers.get("x-csrf");
    const held = [...document.getElementsByName("csrf")];
    const another = !!secret && held.some((each) => each.value !== secret);
    if (secret) for (const each of held) each.value = secret;
    away = !secret;
    return another;
  };
  const signIn = () => {
    tell(ended);
    const link = document.createElement("a");
    Object.assign(link, { href: "/sign-in", target: "_blank", textContent: "在新窗口登录" });
    trouble.append(link, "，回来再按一次就行。");
  };
  const send = async (form, button) => {
    await form.settle?.();  // what is being saved by itself goes first (save.js)
    if (away) await back();
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    const to = button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const answer = await (form.post ?? fetch)(to, { method: "POST", body, headers: { accept: "text/html" } });  // files: upload.js
    const page = await answer.text();
    if (answer.status >= 500) return failed;
    const led = new URL(answer.url);
    if (answer.redirected && led.pathname === "/sign-in" && led.searchParams.has("next")) { away = true; return ended; }
    if (answer.status === 403 && await back()) return anew;
    dirty = null;
    if (answer.redirected) location.assign(answer.url);
    else { document.open(); document.write(page); document.close(); }
    return "";
  };
  addEventListener("offline", () => tell(offline));
  addEventListener("online", clear);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    event.preventDefault();
    if (form.dataset.sent) return;  // a second click on the same button is not a second request
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => { say.textContent = "正在提交……"; }, 400);
    const why = await send(form, event.submitter).catch((error) => error.told ?? offline);
    clearTimeout(slow);
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    if (why === ended) signIn();
    else tell(why);
  });

  // Leaving with something typed asks first, where a form wants that (data-guard).
  let dirty = null;
  document.addEventListener("input", (event) => { if (event.target.form?.hasAttribute("data-guard")) dirty = event.target.form; });
  document.addEventListener("saved", () => { dirty = null; });
  addEventListener("beforeunload", (event) => { if (dirty?.isConnected) event.preventDefault(); });

  // Ctrl and Enter send the form one is in, else the one that is meant to be sent first (data-first).
  for (const hint of document.querySelectorAll("[data-js]")) hint.hidden = false;
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    const form = event.target.form ?? document.querySelector("form[data-first]");
    const button = form?.querySelector(".btn-p");
    if (button) form.requestSubmit(button);
  });

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
    document.addEventListener("saved", () => { ends = Date.now() + idle * 1000; if (trouble.contains(stay)) clear(); });
    stay.className = "btn btn-s";
    stay.textContent = "继续使用";
    stay.addEventListener("click", async () => {
      const answer = await fetch("/session", { headers: { accept: "text/plain" } }).catch(() => null);
      const left = answer?.ok && !answer.redirected ? Number(await answer.text()) : 0;
      if (left > 0) { ends = Date.now() + left * 1000; clear(); } else tell(answer ? "已经退出登录，请重新登录。" : offline);
    });
    setInterval(() => {
      const left = Math.ceil((ends - Date.now()) / 60000);
      if (left <= 0) { if (!away) signIn(); away = true; }
      else if (left <= 5 && !trouble.contains(stay)) { tell(`还有 ${left} 分钟就要自动退出。`); trouble.append(" ", stay); }
    }, 15000);
  }
})();
