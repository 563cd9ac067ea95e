// The filters that are set: a chip's button drops its filter.
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("button[data-name]");
  if (chosen) trigger("drop_limit", { name: chosen.dataset.name });
});
