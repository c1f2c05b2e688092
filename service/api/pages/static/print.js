// A paper is printed by a button; where nothing runs the page names the keys instead.
(() => {
  "use strict";
  const button = document.querySelector("[data-print]");
  button.addEventListener("click", () => print());
  button.hidden = false;
  document.querySelector("[data-by-key]").hidden = true;
})();
