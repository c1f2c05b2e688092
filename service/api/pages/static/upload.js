// Uploading with progress: each form on the page sends its file by itself; what it leads to replaces the list of papers.
(() => {
  "use strict";
  const say = document.getElementById("say");
  const tell = (form, words) => {
    const field = form.querySelector(".field");
    field.classList.toggle("wrong", !!words);
    let fault = field.querySelector(".fault");
    if (!fault) { fault = document.createElement("p"); fault.className = "fault"; fault.setAttribute("role", "alert"); field.insertBefore(fault, field.querySelector(".send")); }
    fault.textContent = words;
    fault.hidden = !words;
  };
  const wrong = (form, file) => {
    const { title, most, kinds } = form.dataset;
    if (!file.size) return `「${title}」的文件是空的，请选另一个`;
    if (file.size > most * 1048576) return `「${title}」不能超过 ${most} MB，您选的文件有 ${(file.size / 1048576).toFixed(1)} MB，请压缩后再传`;
    const ending = file.name.split(".").pop().toUpperCase().replace("JPEG", "JPG");
    return kinds.split("、").includes(ending) ? "" : `「${title}」只收 ${kinds} 文件，请换一种格式再传`;
  };

  const send = (form) => {
    const file = form.querySelector("[type=file]").files[0];
    if (!file) return;
    tell(form, "");
    const fault = wrong(form, file);
    if (fault) { tell(form, fault); return; }
    const meter = document.createElement("div");
    meter.className = "meter";
    meter.innerHTML = '<span></span><progress max="100" value="0"></progress><button type="button" class="btn btn-s">取消</button>';
    const [words, bar, stop] = meter.children;
    bar.setAttribute("aria-label", `上传${form.dataset.title}`);
    const button = form.querySelector(".send");
    button.hidden = true;
    form.append(meter);
    let told = -1;
    const show = (percent) => {
      bar.value = percent;
      words.textContent = `正在上传 ${file.name}：${percent}%`;
      const quarter = Math.floor(percent / 25);
      if (quarter > told) { told = quarter; say.textContent = words.textContent; }
    };
    const ended = (trouble) => {
      meter.remove();
      button.hidden = false;
      if (trouble) { tell(form, trouble); button.querySelector("button").textContent = "再传一次"; }
    };
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("accept", "text/html");
    request.upload.onprogress = (event) => { if (event.lengthComputable) show(Math.round((event.loaded / event.total) * 100)); };
    request.onerror = () => ended("网络断开，没有传上。接通后再传一次，已经传好的不受影响");
    request.onabort = () => ended("已取消");
    request.onload = () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const papers = page.getElementById("papers");
      if (!papers) { ended(request.status === 413 ? "文件太大，请压缩后再传" : "没有传上，请刷新页面再试"); return; }
      const code = form.dataset.upload;
      document.getElementById("papers").replaceWith(papers);
      const here = document.querySelector(`[data-paper="${code}"]`);
      const fault = here?.querySelector(".fault")?.textContent.trim();
      say.textContent = fault || `${form.dataset.title}已传好`;
      const next = fault ? here.querySelector("[type=file]") : (here?.querySelector("a") ?? here?.querySelector("summary"));
      next?.focus();
    };
    stop.addEventListener("click", () => request.abort());
    show(0);
    request.send(new FormData(form));
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-upload] [type=file]")) send(event.target.form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-upload]") && event.target.querySelector("[type=file]").files.length) { event.preventDefault(); send(event.target); }
  }, true);
})();
