// Words that are looked for: sent when the typing rests, at once with Enter; Escape empties the box. And the order.
let resting = null, sent = '';
const look = (box) => {
  clearTimeout(resting);
  if (box.value === sent) return;
  sent = box.value;
  trigger('click', { do: 'search', id: sent });
};
const box = (event) => event.target.closest?.('[data-search]');
let at = ''; // other data came, or the words were dropped: the box says so
new MutationObserver(() => {
  const field = element.querySelector('[data-search]'), now = field?.closest('[data-at]').dataset.at || '';
  if (now === at) return;
  const before = at.split(' ')[0];
  at = now;
  if (before && now && before !== now.split(' ')[0]) scrollTo({ top: 0 }); // what is opened is read from its top
  if (field) field.value = sent = field.defaultValue;
}).observe(element, { childList: true, subtree: true, attributes: true });
element.addEventListener('input', (event) => {
  if (!box(event) || event.isComposing) return;
  clearTimeout(resting);
  resting = setTimeout(look, 300, event.target);
});
element.addEventListener('compositionend', (event) => box(event) && look(event.target));
element.addEventListener('keydown', (event) => {
  if (!box(event) || event.isComposing) return;
  if (event.key === 'Escape') event.target.value = '';
  if (event.key === 'Escape' || event.key === 'Enter') look(event.target);
});
element.addEventListener('change', (event) => {
  if (event.target.matches('[data-sort]')) trigger('click', { do: 'sort', id: event.target.value });
});
