//! The examples of the standards, and the corners that signatures live in.

use roxmltree::{Document, Node, ParsingOptions};

use crate::canonical::{Failure, Kind, Method, canonical};

const INCLUSIVE: Method<'static> = Method {
    kind: Kind::Inclusive10,
    comments: false,
};
const EXCLUSIVE: Method<'static> = Method {
    kind: Kind::Exclusive(Vec::new()),
    comments: false,
};

fn of(apex: Node<'_, '_>, method: &Method<'_>) -> String {
    String::from_utf8(canonical(apex, None, method, usize::MAX).unwrap()).unwrap()
}

/// The canonical form of the document, or of its element `name`.
fn form(xml: &str, name: Option<&str>, method: &Method<'_>) -> String {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(xml, options).unwrap();
    match name {
        None => of(document.root(), method),
        Some(name) => of(
            document
                .descendants()
                .find(|node| node.tag_name().name() == name)
                .unwrap(),
            method,
        ),
    }
}

#[test]
fn instructions_and_comments_outside_the_document_element() {
    // Canonical XML 1.0, section 3.1.
    let xml = r#"<?xml version="1.0"?>

<?xml-stylesheet   href="doc.xsl"
   type="text/xsl"   ?>

<!DOCTYPE doc SYSTEM "doc.dtd">

<doc>Hello, world!<!-- Comment 1 --></doc>

<?pi-without-data     ?>

<!-- Comment 2 -->

<!-- Comment 3 -->"#;
    let bare = r#"<?xml-stylesheet href="doc.xsl"
   type="text/xsl"   ?>
<doc>Hello, world!</doc>
<?pi-without-data?>"#;
    assert_eq!(form(xml, None, &INCLUSIVE), bare);
    let commented =
        bare.replace("world!", "world!<!-- Comment 1 -->") + "\n<!-- Comment 2 -->\n<!-- Comment 3 -->";
    assert_eq!(
        form(
            xml,
            None,
            &Method {
                comments: true,
                ..INCLUSIVE
            }
        ),
        commented
    );
}

#[test]
fn white_space_in_content_is_kept() {
    // Canonical XML 1.0, section 3.2.
    let xml = "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n   </mixed>\n</doc>";
    assert_eq!(form(xml, None, &INCLUSIVE), xml);
    assert_eq!(form(xml, None, &EXCLUSIVE), xml);
}

#[test]
fn start_tags_attributes_and_namespaces_are_put_in_order() {
    // Canonical XML 1.0, section 3.3, without the attribute that its DTD supplies.
    let xml = r#"<doc>
   <e1   />
   <e2   ></e2>
   <e3   name = "elem3"   id="elem3"   />
   <e4   name="elem4"   id="elem4"   ></e4>
   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I'm"
      xmlns:b="http://www.ietf.org"
      xmlns:a="http://www.w3.org"
      xmlns="http://example.org"/>
   <e6 xmlns="" xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="" xmlns:a="http://www.w3.org">
            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>
         </e8>
      </e7>
   </e6>
</doc>"#;
    let expected = r#"<doc>
   <e1></e1>
   <e2></e2>
   <e3 id="elem3" name="elem3"></e3>
   <e4 id="elem4" name="elem4"></e4>
   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I'm" attr2="all" b:attr="sorted" a:attr="out"></e5>
   <e6 xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="">
            <e9 xmlns:a="http://www.ietf.org"></e9>
         </e8>
      </e7>
   </e6>
</doc>"#;
    assert_eq!(form(xml, None, &INCLUSIVE), expected);
}

#[test]
fn characters_are_escaped_as_the_standard_says() {
    // Canonical XML 1.0, section 3.4 (without what needs a validating parser) and section 3.6.
    let xml = r#"<doc>
   <text>First line&#x0d;&#10;Second line</text>
   <value>&#x32;</value>
   <compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute>
   <compute expr='value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"'>valid</compute>
   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>
   <sign>&#169;</sign>
</doc>"#;
    let expected = r#"<doc>
   <text>First line&#xD;
Second line</text>
   <value>2</value>
   <compute>value&gt;"0" &amp;&amp; value&lt;"10" ?"valid":"error"</compute>
   <compute expr="value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;">valid</compute>
   <norm attr=" '    &#xD;&#xA;&#x9;   ' "></norm>
   <sign>©</sign>
</doc>"#;
    assert_eq!(form(xml, None, &INCLUSIVE), expected);
}

#[test]
fn entities_are_replaced_by_their_text() {
    // Canonical XML 1.0, section 3.5, with an internal entity alone.
    let xml = "<!DOCTYPE doc [<!ENTITY ent1 \"Hello\">]><doc attr='&ent1;'>&ent1;, world!</doc>";
    assert_eq!(
        form(xml, None, &INCLUSIVE),
        "<doc attr=\"Hello\">Hello, world!</doc>"
    );
}

/// The two contexts of section 2.2 of Exclusive XML Canonicalization.
const ENVELOPE_0: &str = r#"<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en">
     <n3:stuff xmlns:n3="ftp://example.org"/>
  </n1:elem2></n0:local>"#;
const ENVELOPE_2: &str = r#"<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en">
     <n3:stuff xmlns:n3="ftp://example.org"/>
  </n1:elem2></n2:pdu>"#;

#[test]
fn the_exclusive_form_does_not_depend_on_the_context() {
    let expected = r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en">
     <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>
  </n1:elem2>"#;
    assert_eq!(form(ENVELOPE_0, Some("elem2"), &EXCLUSIVE), expected);
    assert_eq!(form(ENVELOPE_2, Some("elem2"), &EXCLUSIVE), expected);
}

#[test]
fn the_inclusive_form_takes_namespaces_and_xml_attributes_along() {
    let expected = r#"<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en">
     <n3:stuff></n3:stuff>
  </n1:elem2>"#;
    assert_eq!(form(ENVELOPE_0, Some("elem2"), &INCLUSIVE), expected);
    let expected = r#"<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain">
     <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>
  </n1:elem2>"#;
    assert_eq!(form(ENVELOPE_2, Some("elem2"), &INCLUSIVE), expected);
}

#[test]
fn version_1_1_inherits_neither_ids_nor_bases() {
    let xml = r#"<a xml:id="i" xml:lang="fr"><b/></a>"#;
    let version_11 = Method {
        kind: Kind::Inclusive11,
        comments: false,
    };
    assert_eq!(
        form(xml, Some("b"), &INCLUSIVE),
        r#"<b xml:id="i" xml:lang="fr"></b>"#
    );
    assert_eq!(form(xml, Some("b"), &version_11), r#"<b xml:lang="fr"></b>"#);
    let document = Document::parse(r#"<a xml:base="http://example.org/"><b/></a>"#).unwrap();
    let inner = document.root_element().first_child().unwrap();
    assert_eq!(
        canonical(inner, None, &version_11, usize::MAX),
        Err(Failure::BaseFixUp)
    );
}

#[test]
fn listed_prefixes_are_treated_inclusively() {
    let xml = r#"<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"><q:b p:x="1"><c xmlns=""/><q:d xmlns:p="urn:other"/></q:b></a>"#;
    let listed = |prefixes| Method {
        kind: Kind::Exclusive(prefixes),
        comments: false,
    };
    assert_eq!(
        form(xml, Some("b"), &listed(vec![])),
        r#"<q:b xmlns:p="urn:p" xmlns:q="urn:q" p:x="1"><c></c><q:d></q:d></q:b>"#
    );
    assert_eq!(
        form(xml, Some("b"), &listed(vec!["p", "#default", "xml", "unknown"])),
        r#"<q:b xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q" p:x="1"><c xmlns=""></c><q:d xmlns:p="urn:other"></q:d></q:b>"#
    );
}

#[test]
fn prefixes_are_those_of_the_source_and_attributes_sort_by_namespace() {
    let xml = r#"<z:a xmlns:z="urn:one" xmlns:y="urn:one" xmlns:b="urn:two" xmlns:a="urn:zzz" a:k="4" b:m="3" y:n="2" k="1"><y:a/></z:a>"#;
    assert_eq!(
        form(xml, None, &EXCLUSIVE),
        r#"<z:a xmlns:a="urn:zzz" xmlns:b="urn:two" xmlns:y="urn:one" xmlns:z="urn:one" k="1" y:n="2" b:m="3" a:k="4"><y:a></y:a></z:a>"#
    );
}

#[test]
fn a_default_namespace_is_undeclared_only_where_one_was_rendered() {
    let xml =
        r#"<p:a xmlns="urn:d" xmlns:p="urn:p"><b xmlns=""><c xmlns="urn:d"><d xmlns=""/></c></b></p:a>"#;
    assert_eq!(
        form(xml, None, &EXCLUSIVE),
        r#"<p:a xmlns:p="urn:p"><b><c xmlns="urn:d"><d xmlns=""></d></c></b></p:a>"#
    );
    assert_eq!(
        form(xml, None, &INCLUSIVE),
        r#"<p:a xmlns="urn:d" xmlns:p="urn:p"><b xmlns=""><c xmlns="urn:d"><d xmlns=""></d></c></b></p:a>"#
    );
}

#[test]
fn one_subtree_can_be_left_out() {
    let document = Document::parse("<a>x<b><c/></b>y<!-- z --></a>").unwrap();
    let inner = document.descendants().find(|node| node.has_tag_name("b"));
    let bytes = canonical(document.root_element(), inner, &EXCLUSIVE, usize::MAX).unwrap();
    assert_eq!(bytes, b"<a>xy</a>");
    let too_long = canonical(document.root_element(), inner, &EXCLUSIVE, 3);
    assert_eq!(too_long, Err(Failure::TooLong));
}
