//! What the `meta` elements of a page say of what it may do.

use scraper::ElementRef;

use crate::driver::http::{
    hands::{Page, ancestors, is},
    policy::Context,
};

/// The page as what stands before this element leads it: `meta` elements count from where they are.
pub(super) fn before(page: &Page<'_>, context: &Context, number: usize) -> Context {
    let mut context = context.clone();
    for meta in page.elements.iter().take(number).filter(|one| is(one, "meta")) {
        let Some(content) = meta.attr("content") else {
            continue;
        };
        let says = |attribute: &str, word: &str| {
            meta.attr(attribute)
                .is_some_and(|value| value.eq_ignore_ascii_case(word))
        };
        if says("name", "referrer") {
            context.referrer.take_meta(content);
        }
        if says("http-equiv", "content-security-policy") && in_head(*meta) {
            context.policies.take_meta(content);
        }
    }
    context
}

fn in_head(element: ElementRef<'_>) -> bool {
    ancestors(element).any(|one| is(&one, "head"))
}
