// Puts the page of questions into a page of the municipality's, where the script tag stands:
//   <script src="https://…/static/embed.js" data-municipality="242047" async></script>
// data-height: of the frame, in pixels; data-title: what screen readers call it.
// It stores nothing, reads nothing of the page, and needs no cookie.
"use strict";
(() => {
  const tag = document.currentScript;
  if (!tag) return;
  const code = tag.dataset.municipality || "";
  if (!/^[0-9]{6}$/.test(code)) {
    console.error("こたえ: data-municipality に、6桁の全国地方公共団体コードを書いてください");
    return;
  }
  const frame = document.createElement("iframe");
  frame.src = new URL(`/${code}/?embed=1`, tag.src).href;
  frame.title = tag.dataset.title || "質問にこたえます（こたえ）";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.style.width = "100%";
  // Never so high that nothing of the page around is left to scroll by, on a phone or at 400 %.
  frame.style.maxHeight = "85vh";
  frame.style.height = `${Math.max(320, Number(tag.dataset.height) || 640)}px`;
  frame.style.border = "1px solid #767676";
  // For who would rather have the whole window, and where a browser shows no frames.
  const link = document.createElement("a");
  link.href = new URL(`/${code}/`, tag.src).href;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "質問の画面を、別の画面で開く";
  const line = document.createElement("p");
  line.append(link);
  tag.after(frame, line);
})();
