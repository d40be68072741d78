//! What a page does by itself (HTML: form submission, `base`, meta refresh).

use crate::{
    row::{Row, answer, form, html, posts, rests, row},
    stage::At,
};

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let refresh = |content: &str| {
        html(
            &[],
            format!("<!doctype html><title>R</title><meta http-equiv=refresh content=\"{content}\"><p>words"),
        )
    };
    let header = |value: &str| html(&[&format!("Refresh: {value}")], rests());
    let body = |body: &str| html(&[], format!("<!doctype html><title>M</title><p>words</p>{body}"));
    let with = |attributes: &str, inside: &str| {
        html(
            &[],
            format!(
                "<!doctype html><title>M</title><form {attributes}><input type=hidden name=SAMLResponse value=x>{inside}</form><script>document.forms[0].submit()</script>"
            ),
        )
    };
    vec![
        row("refresh", [("start", refresh("0;url=/echo"))]),
        row("refresh-comma", [("start", refresh("0,url=/echo"))]),
        row("refresh-spaces", [("start", refresh("  0 ;  URL  =  /echo  "))]),
        row("refresh-quoted", [("start", refresh("0;url='/echo?a'b"))]),
        row("refresh-quote-left-open", [("start", refresh("0;url='/echo?a"))]),
        row("refresh-without-url", [("start", refresh("0;/echo"))]),
        row("refresh-only-space", [("start", refresh("0 /echo"))]),
        row("refresh-fraction", [("start", refresh("0.9;url=/echo"))]),
        row("refresh-dot", [("start", refresh(".5;url=/echo"))]),
        row("refresh-negative", [("start", refresh("-1;url=/echo"))]),
        row("refresh-plus", [("start", refresh("+0;url=/echo"))]),
        row("refresh-nothing-but-url", [("start", refresh("url=/echo"))]),
        row("refresh-glued", [("start", refresh("0url=/echo"))]),
        row("refresh-to-data", [("start", refresh("0;url=data:text/html,x"))]).names("data:"),
        row("refresh-to-javascript", [("start", refresh("0;url=javascript:document.title='J'"))]).names("javascript:"),
        row("refresh-with-tab-and-newline", [("start", refresh("0;url=/ec\tho\n"))]),
        row("refresh-in-body", [("start", body("<meta http-equiv=refresh content='0;url=/echo'>"))]),
        row("refresh-in-noscript", [("start", body("<noscript><meta http-equiv=refresh content='0;url=/echo'></noscript>"))]),
        row("refresh-in-head-noscript", [("start", html(&[], "<head><noscript><meta http-equiv=refresh content='0;url=/echo'></noscript></head><p>words"))]),
        row("refresh-in-template", [("start", body("<template><meta http-equiv=refresh content='0;url=/echo'></template>"))]),
        row("refresh-in-comment", [("start", body("<!--<meta http-equiv=refresh content='0;url=/echo'>-->"))]),
        row("refresh-in-textarea", [("start", body("<textarea><meta http-equiv=refresh content='0;url=/echo'></textarea>"))]),
        row("refresh-twice", [("start", body("<meta http-equiv=refresh content='0;url=/echo?1'><meta http-equiv=refresh content='0;url=/echo?2'>"))]),
        row("refresh-with-base", [("start", html(&[], "<base href='/deep/'><meta http-equiv=refresh content='0;url=echo'>"))]),
        row("refresh-before-base", [("start", html(&[], "<meta http-equiv=refresh content='0;url=echo'><base href='/deep/'>"))]),
        row("refresh-on-error-page", [("start", answer("403 No", &["Content-Type: text/html"], "<meta http-equiv=refresh content='0;url=/echo'>"))]),
        row("refresh-http-equiv-spaced", [("start", body("<meta http-equiv=' refresh' content='0;url=/echo'>"))]),
        row("refresh-header", [("start", header("0;url=/echo"))]),
        row("refresh-header-plain", [("start", answer("200 OK", &["Content-Type: text/plain", "Refresh: 0;url=/echo"], "words"))]),
        row("refresh-header-and-meta", [("start", html(&["Refresh: 0;url=/echo?header"], "<meta http-equiv=refresh content='0;url=/echo?meta'>"))]),
        row("refresh-header-twice", [("start", html(&["Refresh: 0;url=/echo?1", "Refresh: 0;url=/echo?2"], rests()))]),
        row("refresh-header-on-redirect", [("start", answer("302 F", &["Location: /echo?l", "Refresh: 0;url=/echo?r"], ""))]),
        row("refresh-header-no-content", [("start", answer("204 N", &["Refresh: 0;url=/echo"], ""))]),
        row("refresh-and-form", [("start", html(&[], format!("<meta http-equiv=refresh content='0;url=/echo?r'>{}", posts("/echo"))))]),
        row("form-get", [("start", with("action='/echo?gone=1#f'", ""))]),
        row("form-post-query", [("start", with("method=post action='/echo?kept=1#f'", ""))]),
        row("form-method-nonsense", [("start", with("method=put action=/echo", ""))]),
        row("form-method-dialog", [("start", with("method=dialog action=/echo", ""))]),
        row("form-multipart", [("start", html(&[], "<form method=post enctype=multipart/form-data action=/form-multipart/two><input type=hidden name=SAMLResponse value=x></form><script>document.forms[0].submit()</script>")), ("two", html(&[], rests()))]),
        row("form-text-plain", [("start", with("method=post enctype=text/plain action=/echo", "<input type=hidden name=b value='c d'>"))]),
        row("form-action-spaces", [("start", with("method=post action='  /echo \n'", ""))]),
        row("form-action-javascript", [("start", with("method=post action='javascript:document.title=1'", ""))]).names("javascript:"),
        row("form-action-mailto", [("start", with("method=post action='mailto:a@b.example'", ""))]),
        row("form-target-blank", [("start", with("method=post target=_blank action=/echo", ""))]).names("target"),
        row("form-target-top", [("start", with("method=post target=_top action=/echo", ""))]),
        row("form-target-self", [("start", with("method=post target=_SELF action=/echo", ""))]),
        row("form-base-target", [("start", html(&[], format!("<base target=_blank>{}", posts("/echo"))))]).names("target"),
        row("form-base-href", [("start", html(&[], format!("<base href='/deep/'><base href='/no/'>{}", posts("echo"))))]),
        row("form-base-elsewhere", [("start", html(&[], format!("<base href='{}'>{}", at.http("localhost", "/"), posts("echo"))))]),
        row("form-base-data", [("start", html(&[], format!("<base href='data:x'>{}", posts("/echo"))))]),
        row("form-line-breaks", [("start", with("method=post action=/echo", "<input type=hidden name='a&#10;b' value='c&#13;d&#13;&#10;e'>"))]),
        row("form-disabled", [("start", with("method=post action=/echo", "<input type=hidden name=a value=1 disabled><fieldset disabled><input type=hidden name=b value=2></fieldset>"))]),
        row("form-in-datalist", [("start", with("method=post action=/echo", "<datalist><input type=hidden name=a value=1></datalist>"))]),
        row("form-in-template", [("start", with("method=post action=/echo", "<template><input type=hidden name=a value=1></template>"))]),
        row("form-owner-attribute", [("start", body("<form id=f method=post action=/echo></form><input type=hidden form=f name=SAMLResponse value=x><script>document.forms[0].submit()</script>"))]),
        row("form-no-owner", [("start", with("method=post action=/echo", "<input type=hidden form=nobody name=a value=1>"))]),
        row("form-controls-of-all-kinds", [("start", with("method=post action=/echo", "<input name=text value=1><input type=checkbox name=c checked><input type=checkbox name=d><input type=radio name=r value=1 checked><select name=s><option>1<option selected>2</select><input type=submit name=go value=Go><button name=b value=1>B</button><input type=image name=i><input type=reset name=x value=1>"))]).names("fill in"),
        row("form-in-table", [("start", html(&[], "<table><form method=post action=/echo><tr><td><input type=hidden name=SAMLResponse value=x></td></tr></form></table><script>document.forms[0].submit()</script>"))]),
        row("form-nested", [("start", html(&[], "<form method=post action=/echo><form action=/no><input type=hidden name=SAMLResponse value=x></form></form><script>document.forms[0].submit()</script>"))]),
        row("form-in-noscript", [("start", html(&[], format!("<noscript><form action=/no></form></noscript>{}", posts("/echo"))))]),
        row("form-submit-called-submit", [("start", with("method=post action=/echo", "<input type=hidden name=submit value=x>"))]).names("script"),
        row("form-button-clicked", [("start", html(&[], "<form method=post action=/echo><input type=hidden name=SAMLResponse value=x><button id=go name=go value=1>Go</button></form><script>document.getElementById('go').click()</script>"))]),
        row("form-script-does-nothing", [("start", html(&[], format!("{}<script>console.log('x')</script>", form("/echo"))))]).names("script"),
        row("form-script-is-data", [("start", html(&[], format!("{}<script type=application/json>document.forms[0].submit()</script>", form("/echo"))))]),
        row("form-script-module", [("start", html(&[], format!("{}<script type=module>document.forms[0].submit()</script>", form("/echo"))))]),
        row("form-script-nomodule", [("start", html(&[], format!("{}<script nomodule>document.forms[0].submit()</script>", form("/echo"))))]).names("script"),
        row("form-script-language", [("start", html(&[], format!("{}<script language=vbscript>document.forms[0].submit()</script>", form("/echo"))))]),
        row("form-script-before-form", [("start", html(&[], format!("<script>document.forms[0].submit()</script>{}", form("/echo"))))]).names("script"),
        row("form-onload-function", [("start", html(&[], format!("<body onload='document.forms[0].submit()'>{}", form("/echo"))))]),
        row("form-window-onload", [("start", html(&[], format!("<script>window.onload = () => document.forms[0].submit()</script>{}", form("/echo"))))]),
        row("form-two", [("start", html(&[], format!("{}<form action=/no></form>", posts("/echo"))))]),
        row("form-no-script", [("start", html(&[], form("/echo")))]),
        row("form-xhtml-namespace", [("start", html(&[], "<svg><form method=post action=/echo><input type=hidden name=SAMLResponse value=x></form></svg><script>document.forms[0].submit()</script>"))]),
        row("form-values-with-entities", [("start", with("method=post action='/echo?a=1&amp;b=2&copy=3'", "<input type=hidden name=a value='&lt;&amp;amp;&notin; &copy;x &#x80;'>"))]),
        row("form-huge", [("start", with("method=post action=/form-huge/two", &format!("<input type=hidden name=a value={}>", "A".repeat(300_000)))), ("two", html(&[], rests()))]),
        row("script-location", [("start", html(&[], "<title>S</title><p>words<script>location.href = '/echo'</script>"))]).names("script"),
        row("frame", [("start", html(&[], "<title>F</title><p>words<iframe src=/echo></iframe>"))]),
    ]
}
