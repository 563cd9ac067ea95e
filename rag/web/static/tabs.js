// On a phone the tabs are one row that scrolls: the chosen one comes into view, whoever chose it.
// They are built after this runs, so that the whole page is watched for a change of choice.
new MutationObserver((changes) => {
  const chosen = changes.find((each) => each.target.matches('#views [role="tab"][aria-selected="true"]'));
  chosen?.target.scrollIntoView({ block: "nearest", inline: "nearest" });
}).observe(document.body, { subtree: true, attributeFilter: ["aria-selected"] });
