// A new list comes into view and takes the focus: it stands below what it was chosen from.
watch("value", () => {
  const heading = element.querySelector("h2");
  if (!heading) return;
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
});
