// Uploading with progress: each form on the page sends its file by itself; what it leads to replaces the list of papers.
(() => {
  "use strict";
  const say = document.getElementById("say");
  const beside = (field, before, words) => {
    field.classList.toggle("wrong", !!words);
    let fault = field.querySelector(".fault");
    if (!fault) { fault = document.createElement("p"); fault.className = "fault"; fault.setAttribute("role", "alert"); field.insertBefore(fault, before); }
    fault.textContent = words;
    fault.hidden = !words;
  };
  const tell = (form, words) => { const field = form.querySelector(".field"); beside(field, field.querySelector(".send"), words); };
  const wrong = ({ dataset }, file) => {
    const { title, most, kinds } = dataset;
    if (!file.size) return `「${title}」的文件是空的，请选另一个`;
    if (file.size > most * 1048576) return `「${title}」不能超过 ${most} MB，您选的文件有 ${(file.size / 1048576).toFixed(1)} MB，请压缩后再传`;
    const ending = file.name.split(".").pop().toUpperCase().replace("JPEG", "JPG");
    return kinds.split("、").includes(ending) ? "" : `「${title}」只收 ${kinds} 文件，请换一种格式再传`;
  };

  const metered = (form, label) => {
    const meter = document.createElement("div");
    meter.className = "meter";
    meter.innerHTML = '<span></span><progress max="100" value="0"></progress><button type="button" class="btn btn-s">取消</button>';
    const [words, bar, stop] = meter.children;
    bar.setAttribute("aria-label", label);
    form.append(meter);
    return { meter, words, bar, stop };
  };

  const send = (form) => {
    const file = form.querySelector("[type=file]").files[0];
    if (!file) return;
    tell(form, "");
    const fault = wrong(form, file);
    if (fault) { tell(form, fault); return; }
    const { meter, words, bar, stop } = metered(form, `上传${form.dataset.title}`);
    const button = form.querySelector(".send");
    button.hidden = true;
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
      const next = fault ? here.querySelector("[type=file]") : (here?.querySelector("a[href*='/files/']") ?? here?.querySelector("summary"));
      next?.focus();
    };
    stop.addEventListener("click", () => request.abort());
    show(0);
    request.send(new FormData(form));
  };

  // A form with several files (data-files: how many megabytes it may have in all) is sent as a whole by act.js; here each
  // file is looked at before, and the sending tells how far it is.
  const checked = (box) => {
    const [file] = box.files;
    const fault = file ? wrong(box, file) : "";
    beside(box.closest(".ask"), box, fault);
    box.toggleAttribute("aria-invalid", false);
    if (fault) box.setAttribute("aria-invalid", "true");
    return !fault;
  };
  const told = (words) => Object.assign(new Error(words), { told: words });
  const post = (form, to, { body, headers }) => new Promise((done, failed) => {
    const { meter, words, bar, stop } = metered(form, "上传文件");
    const request = new XMLHttpRequest();
    let quarter = -1;
    request.open("POST", to);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((event.loaded / event.total) * 100);
      words.textContent = `正在上传：${bar.value}%`;
      if (Math.floor(bar.value / 25) > quarter) { quarter = Math.floor(bar.value / 25); say.textContent = words.textContent; }
    };
    request.onerror = () => failed(new Error());
    request.onabort = () => failed(told("已取消，没有提交。填写的内容还在。"));
    request.onload = () => done({
      status: request.status,
      url: request.responseURL,
      redirected: request.responseURL !== new URL(to, location.href).href,
      text: () => request.responseText,
    });
    request.onloadend = () => meter.remove();
    stop.addEventListener("click", () => request.abort());
    request.send(body);
  });
  for (const form of document.querySelectorAll("form[data-files]")) {
    const boxes = [...form.querySelectorAll("[type=file]")];
    form.addEventListener("change", (event) => { if (boxes.includes(event.target)) checked(event.target); });
    form.addEventListener("submit", (event) => {
      const bad = boxes.filter((box) => !checked(box));
      const size = boxes.reduce((sum, box) => sum + (box.files[0]?.size ?? 0), 0);
      const most = form.dataset.files * 1048576;
      if (!bad.length && size > most) { bad.push(boxes.findLast((box) => box.files.length)); beside(bad[0].closest(".ask"), bad[0], `几个文件加起来不能超过 ${form.dataset.files} MB，请先交一部分，其余的下一次再交`); }
      if (bad.length) { event.preventDefault(); bad[0].focus(); }
      form.post = size ? (to, sent) => post(form, to, sent) : undefined;
    });
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-upload] [type=file]")) send(event.target.form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-upload]") && event.target.querySelector("[type=file]").files.length) { event.preventDefault(); send(event.target); }
  }, true);
})();
