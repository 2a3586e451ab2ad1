// While an answer is written: keeps what was typed, and shows it as residents would see it.  The page works without.
"use strict";
(() => {
  const form = document.getElementById("answer-form");
  const keeping = document.getElementById("keeping");
  const live = document.getElementById("live");
  if (!form) return;
  const quiet = 2000;
  let timer = 0;
  let sending = false;
  let again = false;
  let leaving = false;

  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, quiet);
  };

  const keep = async () => {
    if (leaving) return;
    // What is typed while the last was on its way goes after it.
    again = sending;
    if (sending) return;
    sending = true;
    try {
      const answer = await fetch(form.dataset.keep, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.status === 403) {
        keeping.textContent = "サインインが切れました。「下書きとして保存する」を押すと、サインインのあとで、この続きから保存できます。";
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      keeping.textContent = page.getElementById("kept-said").textContent;
      document.getElementById("live-bubbles").replaceChildren(...document.importNode(page.getElementById("kept-bubbles"), true).childNodes);
      live.hidden = false;
      const seconds = Number(page.getElementById("kept").dataset.seconds);
      document.dispatchEvent(new CustomEvent("stayed", { detail: seconds }));
    } catch {
      keeping.textContent = "書きかけをとっておけませんでした。つながりを確かめ、「下書きとして保存する」を押してください。";
    } finally {
      sending = false;
      if (again) soon();
    }
  };

  form.addEventListener("input", soon);
  // What was typed before this was here told nobody.
  const typed = (field) => "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  if ([...form.elements].some(typed)) soon();
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(timer);
  });
})();
