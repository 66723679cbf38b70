/** Of the page. */
export const pagePath = '/static/index.html';
