//! Whether a URL is one that a source expression means (CSP level 3, section 6.7.2).

use percent_encoding::percent_decode_str;
use url::Url;

/// Whether `source` of a policy of the page `page` means `target`; paths do not count after a redirect.
pub(super) fn matches(source: &str, target: &Url, page: &Url, redirected: bool) -> bool {
    if source.eq_ignore_ascii_case("'self'") {
        return is_self(target, page);
    }
    if source == "*" {
        return matches!(target.scheme(), "http" | "https" | "ws" | "wss")
            || target.scheme() == page.scheme();
    }
    if source.starts_with('\'') {
        return false;
    }
    if let Some(scheme) = source
        .strip_suffix(':')
        .filter(|scheme| !scheme.contains(['/', '.', ':']))
    {
        return scheme_fits(&scheme.to_ascii_lowercase(), target);
    }
    host_fits(source, target, page, redirected)
}

/// The page's own origin, or the same host made safe.
fn is_self(target: &Url, page: &Url) -> bool {
    let ports = || {
        target.port_or_known_default() == page.port_or_known_default()
            || (target.port().is_none() && page.port().is_none())
    };
    target.origin() == page.origin()
        || (target.host().is_some()
            && target.host() == page.host()
            && page.scheme() == "http"
            && target.scheme() == "https"
            && ports())
}

fn scheme_fits(scheme: &str, target: &Url) -> bool {
    scheme == target.scheme() || (scheme == "http" && target.scheme() == "https")
}

fn host_fits(source: &str, target: &Url, page: &Url, redirected: bool) -> bool {
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (page.scheme().to_owned(), source),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (host, port) = match authority.rfind(':') {
        Some(at) if !authority.ends_with(']') => {
            let (host, port) = authority.split_at(at);
            (host, port.strip_prefix(':'))
        }
        _ => (authority, None),
    };
    let Some(target_host) = target.host_str() else {
        return false;
    };
    let host = host.to_ascii_lowercase();
    let host_fits = match host.strip_prefix('*') {
        Some("") => true,
        Some(suffix) => suffix.starts_with('.') && target_host.ends_with(suffix) && target_host != suffix,
        None => host == target_host,
    };
    scheme_fits(&scheme, target)
        && host_fits
        && port_fits(port, target)
        && (redirected || path_fits(path, target))
}

fn port_fits(port: Option<&str>, target: &Url) -> bool {
    match port {
        None | Some("") => target.port().is_none(),
        Some("*") => true,
        Some("80") if target.scheme() == "https" && target.port().is_none() => true,
        Some(port) => port.parse().ok() == target.port_or_known_default(),
    }
}

/// A path that ends with a slash means what lies below it.
fn path_fits(path: &str, target: &Url) -> bool {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (path, there) = (plain(path), plain(target.path()));
    match path.as_str() {
        "" | "/" => true,
        folder if folder.ends_with('/') => there.starts_with(folder),
        exact => there == exact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_mean_what_the_standard_says() {
        let means = |source: &str, target: &str| {
            let page = Url::parse("http://sp.example:8080/login").unwrap();
            matches(source, &Url::parse(target).unwrap(), &page, false)
        };
        for (source, target) in [
            ("'self'", "http://sp.example:8080/acs"),
            ("*", "https://any.example/"),
            ("https:", "https://any.example/"),
            ("http:", "https://any.example/"),
            ("idp.example", "http://idp.example/"),
            ("http://idp.example", "https://idp.example/"),
            ("*.idp.example:*", "http://a.b.idp.example:9/"),
            ("idp.example/a/", "http://idp.example/a/b"),
            ("idp.example/a%20b", "http://idp.example/a%20b"),
        ] {
            assert!(means(source, target), "{source} {target}");
        }
        for (source, target) in [
            ("'self'", "http://sp.example/acs"),
            ("'none'", "http://sp.example:8080/acs"),
            ("*", "data:,x"),
            ("https:", "http://any.example/"),
            ("idp.example", "http://idp.example:81/"),
            ("https://idp.example", "http://idp.example/"),
            ("*.idp.example", "http://idp.example/"),
            ("idp.example/a", "http://idp.example/a/b"),
            ("", "http://sp.example:8080/"),
        ] {
            assert!(!means(source, target), "{source} {target}");
        }
    }
}
