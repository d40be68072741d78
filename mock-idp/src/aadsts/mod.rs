//! The errors that Azure shows instead of signing somebody in.
//!
//! Codes and the wordings that people search their logs for follow Microsoft's list of error codes
//! (`identity-platform/reference-error-codes`) and its support articles; the other sentences are ours.
//! [`CODES`] has every code that this identity provider gives, [`LEFT_OUT`] those of the list that it never can.

mod code;
mod left_out;
mod table;

use std::fmt;

pub use code::Code;
pub use left_out::LEFT_OUT;
pub use table::{Aadsts, CODES};

impl Aadsts {
    /// The number behind `AADSTS`.
    pub fn code(&self) -> u32 {
        self.entry().number
    }

    /// The name in Microsoft's list, such as `InvalidReplyTo`; empty where it gives none.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// The HTTP status of the page: 200 for errors of protocol and user, 400 where the message could not even
    /// be decoded, 500 where the fault is the mock's.
    pub fn status(&self) -> u16 {
        self.entry().status
    }

    /// The sentence behind the code, without it.
    pub fn message(&self) -> String {
        struct Sentence<'a>(&'a Aadsts);
        impl fmt::Display for Sentence<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write_message(f)
            }
        }
        Sentence(self).to_string()
    }
}

/// `AADSTS<code>: <message>`, as in Azure's pages and logs.
impl fmt::Display for Aadsts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AADSTS{}: ", self.code())?;
        self.write_message(f)
    }
}

impl std::error::Error for Aadsts {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_error_reads_as_it_does_in_azures_logs() {
        let error = Aadsts::InvalidId {
            id: "1f6c".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "AADSTS7500529: The value '1f6c' is not a valid SAML ID. The ID must not begin with a number."
        );
        assert_eq!(Aadsts::NoReplyUrl.name(), "");
        assert_eq!(Aadsts::SignOutFailed.name(), "SignoutInvalidRequest");
    }

    #[test]
    fn what_cannot_be_decoded_is_a_client_error_and_the_rest_is_a_page() {
        assert_eq!(Aadsts::NotBase64.status(), 400);
        assert_eq!(Aadsts::NoReplyUrl.status(), 200);
    }

    #[test]
    fn a_code_is_either_given_or_left_out_and_stands_once() {
        let given: HashSet<u32> = CODES.iter().map(|code| code.number).collect();
        assert_eq!(given.len(), CODES.len());
        let left: HashSet<u32> = LEFT_OUT.iter().map(|(code, ..)| *code).collect();
        assert_eq!(left.len(), LEFT_OUT.len());
        assert!(given.is_disjoint(&left));
    }

    #[test]
    fn the_readme_counts_the_codes_right() {
        let readme = include_str!("../../README.md");
        let sentence = format!(
            "{} AADSTS codes are given; {} more of Microsoft's list are left out",
            CODES.len(),
            LEFT_OUT.len()
        );
        assert!(
            readme.contains(&sentence),
            "mock-idp/README.md must say: {sentence}"
        );
        for (code, ..) in LEFT_OUT {
            assert!(
                readme.contains(&format!("| {code} |")),
                "mock-idp/README.md must say why {code} is left out"
            );
        }
    }
}
