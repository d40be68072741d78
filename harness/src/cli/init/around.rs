//! What an SP shows to nobody; and once more, where somebody answers what was not found.

use std::path::{Path, PathBuf};

use super::{
    args::InitArgs,
    ask::Asker,
    file::Written,
    place::{permit, whole},
};
use crate::{
    cli::output::{Mistake, note},
    config::Steps,
    run::init::{Looked, Place, look},
};

/// What is known of the SP before anybody looks.
struct Said {
    /// A URL, or a file below the folder.
    metadata: Option<String>,
    folder: PathBuf,
    login: Option<Steps>,
    entity_id: Option<String>,
    acs: Option<String>,
}

/// Looks at the SP, and asks for what was not found.
///
/// # Errors
/// A mistake in what is known, or an SP that cannot be looked at.
pub(super) async fn looked(
    args: &InitArgs,
    file: &Written,
    place: &mut Place,
    asker: &mut Asker,
) -> anyhow::Result<Looked> {
    let said = Said::of(args, file)?;
    // Whoever says what would stand in metadata needs none.
    let described = said.entity_id.is_some();
    let looked = look(
        place,
        &said.folder,
        said.metadata.as_deref(),
        said.login.as_ref(),
        described,
    );
    let mut looked = looked.await.map_err(anyhow::Error::msg)?;
    looked.entity_id = said.entity_id.or(looked.entity_id);
    looked.acs = said.acs.or(looked.acs);
    if looked.metadata.is_none() && !described {
        metadata(&mut looked, place, asker).await;
    }
    if looked.metadata.is_none() {
        looked.entity_id = looked.entity_id.or_else(|| asker.ask("the SP's entity ID"));
        if looked.acs.is_none() {
            looked.acs = url("the URL of its assertion consumer service (ACS)", place, asker);
        }
    }
    if looked.login.is_none() && said.login.is_none() {
        login(&mut looked, place, asker).await;
    }
    Ok(looked)
}

impl Said {
    fn of(args: &InitArgs, file: &Written) -> Result<Self, Mistake> {
        let kept = |key: &str| file.text("sp", key).map(str::to_owned);
        let said = Self {
            metadata: args.metadata.clone().or_else(|| kept("metadata")),
            folder: match args.metadata {
                Some(_) => PathBuf::from("."),
                None => file.folder(),
            },
            login: match &args.login {
                Some(url) => Some(Steps::of_url(url)),
                None => file
                    .value("sp", "login")
                    .and_then(|value| value.clone().try_into().ok()),
            },
            entity_id: args.entity_id.clone().or_else(|| kept("entity_id")),
            acs: args.acs.clone().or_else(|| kept("acs")),
        };
        let named = said.metadata.as_deref().filter(|text| !text.contains("://"));
        match named.filter(|named| !said.folder.join(named).is_file()) {
            Some(named) => Err(Mistake(format!("the SP's metadata: there is no file {named}"))),
            None => Ok(said),
        }
    }
}

/// Asks for the metadata and reads it.
async fn metadata(looked: &mut Looked, place: &mut Place, asker: &mut Asker) {
    let question = "no metadata was found. Its URL or file (Enter: there is none)";
    let Some(answer) = asker.ask(question) else { return };
    if answer.contains("://") && !permitted(&answer, place) {
        return;
    }
    // Nothing is looked for beside it.
    let nothing = Steps(Vec::new());
    match look(place, Path::new("."), Some(&answer), Some(&nothing), false).await {
        Ok(again) => looked.metadata = again.metadata,
        Err(why) => note(&why),
    }
}

/// Asks what begins a sign-in, and looks where that leads.
async fn login(looked: &mut Looked, place: &mut Place, asker: &mut Asker) {
    let question = "no URL was found that leads to an IdP. One that begins a sign-in (Enter: only the IdP can, or it is on a page)";
    let Some(answer) = url(question, place, asker) else {
        return;
    };
    match look(place, Path::new("."), None, Some(&Steps::of_url(&answer)), true).await {
        Ok(again) => {
            looked.login = again.login;
            looked.entity_id = looked.entity_id.take().or(again.entity_id);
            looked.acs = looked.acs.take().or(again.acs);
            looked.rests.insert(0, answer);
        }
        Err(why) => note(&why),
    }
}

/// Asks for a URL. Whoever types one means its host.
pub(super) fn url(question: &str, place: &mut Place, asker: &mut Asker) -> Option<String> {
    let answer = whole(&asker.ask(question)?);
    permitted(&answer, place).then_some(answer)
}

fn permitted(answer: &str, place: &mut Place) -> bool {
    match permit(place, answer) {
        Ok(()) => true,
        Err(why) => {
            note(&why.to_string());
            false
        }
    }
}
