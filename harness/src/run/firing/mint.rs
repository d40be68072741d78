//! `mint`: a message made and kept, unsent.

use std::sync::Arc;

use scenarios::flow::Mint;

use super::{played::Broke, scene::Scene};

pub(super) fn mint(scene: &mut Scene<'_>, verb: &Mint) -> Result<(), Broke> {
    let recipe = scene.recipe_of(verb.recipe.as_ref(), verb.mint, false);
    let order = scene.order(recipe, false);
    let kept = verb
        .request
        .as_ref()
        .map(|name| scene.request(name).cloned())
        .transpose()?;
    let message = scene
        .stage
        .forge
        .make(
            &order,
            kept.as_ref().map(|kept| &kept.request),
            kept.as_ref().and_then(|kept| kept.relay_state.as_deref()),
        )
        .map_err(Broke::Fault)?;
    scene.shelf.values.extend(message.values.clone());
    scene.shelf.messages.insert(verb.keep.clone(), Arc::new(message));
    Ok(())
}
