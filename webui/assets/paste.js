// Rows from the clipboard: what was pasted is read as soon as it rests.
let resting = null, at = '';
new MutationObserver(() => { // what was pasted is added: the box is empty again
  const now = element.querySelector('[data-at]')?.dataset.at || '';
  if (now !== at && element.querySelector('textarea')) element.querySelector('textarea').value = '';
  at = now;
}).observe(element, { childList: true, subtree: true, attributes: true });
element.addEventListener('input', (event) => {
  clearTimeout(resting);
  const box = event.target.closest('textarea');
  if (box) resting = setTimeout(() => trigger('click', { do: 'paste', id: box.value }), 300);
});
