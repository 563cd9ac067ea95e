// What words were taken to mean can be dropped: the same is asked again without them. A list can
// be made longer: the focus then goes to what came new.
let listed = 0;
element.addEventListener("click", (event) => {
  const button = event.target.closest("button.drop, button.show-more");
  if (!button) return;
  const { question, without, most } = button.dataset;
  listed = most ? element.querySelectorAll(".results > li").length : 0;
  trigger("ask_again", { question, without: JSON.parse(without), most: Number(most ?? 0) });
});

watch("value", () => {
  const added = listed && element.querySelectorAll(".results > li")[listed];
  listed = 0;
  if (added) added.querySelector("a").focus({ preventScroll: true });
});
