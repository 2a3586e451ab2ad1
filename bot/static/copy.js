// Copies a text that a page shows; without it the text is selected and copied by hand.
"use strict";
(() => {
  const told = document.getElementById("copied");
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.focus();
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        told.textContent = "コピーしました。";
      } catch {
        told.textContent = "コピーできませんでした。文をえらんであるので、Ctrl+C でコピーしてください。";
      }
    });
  }
})();
