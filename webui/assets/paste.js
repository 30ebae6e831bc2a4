// Rows from the clipboard: what was pasted is read as soon as it rests, and asked about before it would be lost.
const area = () => element.querySelector('textarea');
const now = () => element.querySelector('[data-at]')?.dataset.at || '';
let resting = null, at = now(), sent = { mark: '', words: '' }, wanted = false;
new MutationObserver(() => { // rows were added, or other data came: what is left stands in the box
  if (now() === at || !area()) return;
  at = now();
  sent = { mark: '', words: '' };
  area().value = area().defaultValue;
}).observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-at'] });
// what was read is added only as long as it is what stands in the box; a press that came too early waits for it
const adds = () => document.querySelector('#data-pasted [data-do=paste_add]');
const fits = () => {
  const mark = adds()?.closest('[data-of]').dataset.of, words = area()?.value;
  return mark === '' ? words === area()?.defaultValue : mark === sent.mark && words === sent.words;
};
const read = () => {
  clearTimeout(resting);
  if (!area() || area().value === sent.words) return;
  const large = element.querySelector('[role=alert]');
  large.hidden = area().value.length <= Number(large.closest('[data-limit]').dataset.limit);
  sent = { mark: String(Date.now()), words: area().value };
  trigger('click', { do: `paste#${sent.mark}`, id: large.hidden ? sent.words : '' });
};
const check = () => {
  const button = adds();
  if (!button) return;
  const off = !fits();
  if ((button.style.display === 'none') !== off) button.style.display = off ? 'none' : '';
  if (off || !wanted) return;
  wanted = false;
  button.click();
};
element.addEventListener('input', (event) => {
  clearTimeout(resting);
  wanted = false;
  check();
  if (event.target.closest('textarea')) resting = setTimeout(read, 300);
});
const pasted = document.querySelector('#data-pasted');
new MutationObserver(check).observe(pasted, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-of', 'style'] });
pasted.addEventListener('click', (event) => {
  if (!event.target.closest('[data-do=paste_add]') || fits()) return;
  event.stopImmediatePropagation();
  wanted = true;
  read();
}, true);
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
