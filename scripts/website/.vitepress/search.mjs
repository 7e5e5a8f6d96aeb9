// How the search of the site ranks sections: help for operators first, notes for contributors last.
export const searchOptions = {
  fuzzy: 0.2,
  prefix: true,
  boost: { title: 4, text: 2, titles: 1 },
  // VitePress sends this function to the browser as text, so it must not use names from outside.
  boostDocument: (id) => {
    const boosts = { troubleshooting: 1.4, guides: 1.2, decisions: 0.5, contributors: 0.5 };
    return boosts[id.split('/').find((part) => part in boosts)] ?? 1;
  },
};
