//! How a page looks: pictures of it, and what is wrong with it however good it looks.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::{browser::Browser, wire::Command};

/// Looks for overflow, for what has no name, and for what is too faint.
const SOUND: &str = include_str!("sound.js");
/// Pixels: a laptop's window, and a phone.
pub(crate) const WIDE: u32 = 1180;
const NARROW: u32 = 390;

impl Browser {
    /// The whole page, in light or dark colours.
    pub(crate) async fn picture(&self, colours: &str) -> Vec<u8> {
        self.colours(colours).await;
        let size = self.devtools("Page.getLayoutMetrics", json!({})).await;
        let height = size["cssContentSize"]["height"]
            .as_f64()
            .unwrap()
            .clamp(200.0, 5000.0);
        let clip = json!({"x": 0, "y": 0, "width": WIDE, "height": height, "scale": 1});
        let asked = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let answer = self.devtools("Page.captureScreenshot", asked).await;
        BASE64_STANDARD.decode(answer["data"].as_str().unwrap()).unwrap()
    }

    /// Fails where the page is not fit for everybody: on a laptop in light colours, and on a phone in dark ones.
    pub(crate) async fn examine(&self) {
        for (colours, width) in [("dark", NARROW), ("light", WIDE)] {
            self.colours(colours).await;
            let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
            self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
            let faults = self.client.execute(SOUND, Vec::new()).await.unwrap();
            let at = self.url().await;
            assert_eq!(faults, json!([]), "{at}, {colours}, {width} pixels");
        }
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
    }

    pub(crate) async fn colours(&self, scheme: &str) {
        // Without motion, the colours of a page that changes over have changed at once.
        let features = [
            ("prefers-color-scheme", scheme),
            ("prefers-reduced-motion", "reduce"),
        ];
        let features = features.map(|(name, value)| json!({"name": name, "value": value}));
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    async fn devtools(&self, command: &'static str, params: Value) -> Value {
        let answer = self.client.issue_cmd(Command::DevTools(command, params)).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }
}
