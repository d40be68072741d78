//! What a page keeps beside its cookies.

use samlitmus::driver::{Storage, Visit};

use crate::stage::on_stage;

#[test]
fn what_a_page_keeps_is_read_by_its_key() {
    on_stage(|stage| async move {
        let mut session = stage.session().await;
        session.travel(Visit::Get(&format!("{}/keeps", stage.sp))).await;
        let (local, tab) = (Storage::Local, Storage::Session);
        assert_eq!(session.stored(local, "token").await.as_deref(), Some("a\"ä.b"));
        assert_eq!(session.stored(tab, "token").await.as_deref(), Some("of the tab"));
        assert_eq!(session.stored(local, "empty").await.as_deref(), Some(""));
        assert_eq!(session.stored(local, "getItem").await, None);
        let mut other = session.tab().await.unwrap();
        assert_eq!(
            other.stored(local, "token").await,
            None,
            "an empty tab has no storage"
        );
        other.travel(Visit::Get(&format!("{}/json", stage.sp))).await;
        assert_eq!(other.stored(local, "token").await.as_deref(), Some("a\"ä.b"));
        assert_eq!(other.stored(tab, "token").await, None);
        other.close().await;
        session.close().await;
        let mut stranger = stage.session().await;
        stranger.travel(Visit::Get(&format!("{}/json", stage.sp))).await;
        assert_eq!(stranger.stored(local, "token").await, None);
        stranger.close().await;
    });
}

/// The page's scripts have no say in what is read.
#[test]
fn a_page_cannot_lie_about_what_it_keeps() {
    on_stage(|stage| async move {
        let mut session = stage.session().await;
        session.travel(Visit::Get(&format!("{}/lies", stage.sp))).await;
        let kept = session.stored(Storage::Local, "token").await;
        assert_eq!(kept.as_deref(), Some("true"));
        session.close().await;
    });
}
