//! The page of screenshots: every test is a chapter, every step a sentence with a picture.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::browser::Browser;

/// The style of the reports, and what is only here.
const STYLE: &str = concat!(
    include_str!("../../src/report/html/page.css"),
    include_str!("book.css")
);

/// What the tests of this process have seen, by the chapter's number.
static CHAPTERS: Mutex<BTreeMap<u8, Told>> = Mutex::new(BTreeMap::new());

/// One test's chapter. The page is written when it ends, however it ends.
pub(crate) struct Chapter {
    number: u8,
    /// None for a chapter that is not told.
    told: Option<Told>,
}

struct Told {
    title: &'static str,
    steps: Vec<Step>,
    failed: bool,
}

struct Step {
    sentence: String,
    place: String,
    pictures: Vec<(&'static str, Vec<u8>)>,
}

impl Chapter {
    pub(crate) fn new(number: u8, title: &'static str) -> Self {
        let told = Told {
            title,
            steps: Vec::new(),
            failed: false,
        };
        Self {
            number,
            told: Some(told),
        }
    }

    /// Steps that another chapter tells.
    pub(crate) fn untold() -> Self {
        Self {
            number: 0,
            told: None,
        }
    }

    /// A step that leads to the page that the browser shows now.
    pub(crate) async fn step(&mut self, browser: &Browser, sentence: &str) {
        self.add(browser, sentence, &["light"]).await;
    }

    /// The same for a page that is shown in dark colours too.
    pub(crate) async fn main_step(&mut self, browser: &Browser, sentence: &str) {
        self.add(browser, sentence, &["dark", "light"]).await;
    }

    async fn add(&mut self, browser: &Browser, sentence: &str, colours: &[&'static str]) {
        let Some(told) = &mut self.told else { return };
        browser.examine().await;
        let mut pictures = Vec::new();
        for colours in colours {
            pictures.push((*colours, browser.picture(colours).await));
        }
        pictures.reverse();
        told.steps.push(Step {
            sentence: sentence.to_owned(),
            place: browser.url().await.path().to_owned(),
            pictures,
        });
    }
}

impl Drop for Chapter {
    fn drop(&mut self) {
        let Some(mut told) = self.told.take() else { return };
        told.failed = std::thread::panicking();
        let mut chapters = CHAPTERS.lock().unwrap_or_else(PoisonError::into_inner);
        chapters.insert(self.number, told);
        // A page that cannot be written is no reason for a test to fail.
        match write(&chapters) {
            Ok(path) => eprintln!("the steps are shown in {}", path.display()),
            Err(error) => eprintln!("the steps are not shown: {error}"),
        }
    }
}

fn write(chapters: &BTreeMap<u8, Told>) -> std::io::Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    let folder = workspace.join("samlitmus-report");
    std::fs::create_dir_all(&folder)?;
    let (part, path) = (folder.join("tutorial.html.part"), folder.join("tutorial.html"));
    let mut file = std::fs::File::create(&part)?;
    file.write_all(page(chapters).into_string().as_bytes())?;
    std::fs::rename(&part, &path)?;
    Ok(path)
}

fn page(chapters: &BTreeMap<u8, Told>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'";
                title { "The tutorial, step by step – samlitmus" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.brand { "samlitmus" }
                    h1 { "The tutorial, step by step" }
                    p.quiet { "What Chromium showed when the tests followed it: the portal of the mock identity provider, and the reference service provider." }
                }
                nav aria-label="Chapters" {
                    ol { @for (number, told) in chapters { li { a href={ "#chapter-" (number) } { (told.title) } } } }
                }
                main { @for (number, told) in chapters { (chapter(*number, told)) } }
                footer { p { "Everything here is a mock. Trust its keys in tests only." } }
            }
        }
    }
}

fn chapter(number: u8, told: &Told) -> Markup {
    html! {
        section.chapter id={ "chapter-" (number) } {
            h2 { (told.title) }
            ol {
                @for (at, step) in told.steps.iter().enumerate() {
                    li id={ "step-" (number) "-" (at + 1) } {
                        p.sentence { (step.sentence) }
                        p.quiet { code { (step.place) } }
                        div.pictures {
                            @for (colours, png) in &step.pictures {
                                img.shot alt={ (step.sentence) " (" (colours) ")" } src={ "data:image/png;base64," (BASE64_STANDARD.encode(png)) };
                            }
                        }
                    }
                }
            }
            @if told.failed { p.headline.bad { "The test failed after this step." } }
        }
    }
}
