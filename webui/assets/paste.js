// Rows from the clipboard: what was pasted is read as soon as it rests, and asked about before it would be lost.
const area = () => element.querySelector('textarea');
const now = () => element.querySelector('[data-at]')?.dataset.at || '';
let resting = null, at = now();
new MutationObserver(() => { // rows were added, or other data came: what is left stands in the box
  if (now() === at || !area()) return;
  at = now();
  area().value = area().defaultValue;
}).observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-at'] });
element.addEventListener('input', (event) => {
  clearTimeout(resting);
  const box = event.target.closest('textarea');
  if (box) resting = setTimeout(() => trigger('click', { do: 'paste', id: box.value }), 300);
});
window.lwPasted = () => Boolean(area()?.value.trim());
if (!window.lwPasteLeaves) {
  window.lwPasteLeaves = true;
  addEventListener('beforeunload', (event) => { if (window.lwPasted?.()) event.preventDefault(); });
}
if (!window.lwPasteCloses) { // the bar's quiet button
  window.lwPasteCloses = true;
  document.addEventListener('click', (event) => {
    const doing = document.querySelector('#bar-plan [data-quiet]')?.dataset.quiet;
    if (doing !== 'paste_close' || !event.target.closest('#bar-quiet')) return;
    event.stopImmediatePropagation(); // or the button would do what it says next
    document.querySelector('#data-pasted [data-do=paste_close]')?.click();
  }, true);
}
