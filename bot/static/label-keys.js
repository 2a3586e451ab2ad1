// On the page of one question to be judged: 1 to 5 press its buttons, as long as the form has the focus.
"use strict";
(() => {
  const form = document.querySelector("form.judging");
  if (!form) return;
  let sent = false;
  form.addEventListener("keydown", (event) => {
    if (sent || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const button = form.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    sent = true;
    form.requestSubmit(button);
  });
  window.addEventListener("pageshow", () => { sent = false; });
  // Whoever came by pressing a key goes on by keys; what an error says comes first.
  if (!document.querySelector(".errors")) form.focus({ preventScroll: true });
})();
