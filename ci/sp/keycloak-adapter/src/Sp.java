import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.keycloak.adapters.saml.SamlPrincipal;
import org.keycloak.adapters.saml.servlet.SamlFilter;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.common.util.CertificateUtils;
import org.keycloak.common.util.KeyUtils;
import org.keycloak.common.util.PemUtils;
import org.keycloak.util.JsonSerialization;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** A small service provider on Keycloak's SAML servlet filter, set up as its guide says: Sp PORT IDP-METADATA-FILE FOLDER */
final class Sp {
    public static void main(String[] args) throws Exception {
        CryptoIntegration.init(Sp.class.getClassLoader());
        var folder = Path.of(args[2]);
        var values = values("http://127.0.0.1:" + args[0], read(Path.of(args[1])));
        var config = Files.writeString(folder.resolve("keycloak-saml.xml"), filled("keycloak-saml.xml", values));

        var tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(Integer.parseInt(args[0]));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        var pages = tomcat.addContext("", folder.toString());
        var filter = new FilterDef();
        filter.setFilterName("keycloak");
        filter.setFilterClass(SamlFilter.class.getName());
        filter.addInitParameter("keycloak.config.file", config.toString());
        pages.addFilterDef(filter);
        var mapped = new FilterMap();
        mapped.setFilterName("keycloak");
        mapped.addURLPattern("/me");
        mapped.addURLPattern("/saml");
        pages.addFilterMap(mapped);

        var metadata = filled("metadata.xml", values);
        page(pages, "/me", (request, response) -> {
            var person = (SamlPrincipal) request.getUserPrincipal();
            if (person.getName() == null) {
                response.sendError(403, "the identity provider did not say who you are");
                return;
            }
            var account = Map.of("user", person.getName(), "attributes", person.getAttributes());
            send(response, "application/json", JsonSerialization.writeValueAsString(account));
        });
        page(pages, "/saml", (request, response) -> response.sendError(404)); // the filter's; Tomcat asks filters before pages only
        page(pages, "/logout", (request, response) -> request.getSession().invalidate()); // here alone; /me?GLO=true is for all
        page(pages, "/metadata", (request, response) -> send(response, "application/samlmetadata+xml", metadata));
        page(pages, "", (request, response) -> response.sendRedirect("/me")); // where the adapter goes when the IdP began
        tomcat.start();
        tomcat.getServer().await();
    }

    /** What the templates need; the names of the keys are those in their braces. */
    private static Map<String, String> values(String sp, Document idp) throws Exception {
        var pair = KeyUtils.generateRsaKeyPair(2048);
        var role = "/*[local-name()='EntityDescriptor']/*[local-name()='IDPSSODescriptor']/*[local-name()='%s']";
        var path = XPathFactory.newInstance().newXPath();
        var signing = role.formatted("KeyDescriptor") + "[not(@use) or @use='signing']//*[local-name()='X509Certificate']";
        var certificates = (NodeList) path.evaluate(signing, idp, XPathConstants.NODESET);
        var keys = new StringBuilder();
        for (int i = 0; i < certificates.getLength(); i++) {
            var key = "<Key signing=\"true\"><CertificatePem>%s</CertificatePem></Key>";
            keys.append(key.formatted(certificates.item(i).getTextContent().strip()));
        }
        var certificate = CertificateUtils.generateV1SelfSignedCertificate(pair, "keycloak-adapter");
        return Map.of(
                "sp", sp,
                "key", PemUtils.encodeKey(pair.getPrivate()),
                "certificate", PemUtils.encodeCertificate(certificate),
                "idp", path.evaluate("/*/@entityID", idp),
                "sso", path.evaluate(role.formatted("SingleSignOnService") + "[contains(@Binding, 'HTTP-POST')]/@Location", idp),
                "slo", path.evaluate(role.formatted("SingleLogoutService") + "[contains(@Binding, 'HTTP-Redirect')]/@Location", idp),
                "keys", keys.toString());
    }

    private static Document read(Path file) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        return factory.newDocumentBuilder().parse(new File(file.toString()));
    }

    private static String filled(String template, Map<String, String> values) throws IOException {
        try (var stream = Sp.class.getResourceAsStream(template)) {
            var text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            for (var value : values.entrySet()) {
                text = text.replace("{" + value.getKey() + "}", value.getValue());
            }
            return text;
        }
    }

    private interface Page {
        void answer(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    private static void page(Context pages, String path, Page page) {
        Tomcat.addServlet(pages, "page " + path, new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                page.answer(request, response);
            }
        });
        pages.addServletMappingDecoded(path, "page " + path);
    }

    private static void send(HttpServletResponse response, String type, String text) throws IOException {
        response.setContentType(type);
        response.setCharacterEncoding("UTF-8");
        response.getWriter().write(text);
    }
}
