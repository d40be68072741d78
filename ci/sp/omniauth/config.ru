# A small Rack application on OmniAuth, whose request phase is a POST with a token (OmniAuth 2's default), with a SAML strategy
# of our own on ruby-saml; all of it as Debian has it. From the environment: PORT, and IDP_METADATA, a file.
require "omniauth"
require "onelogin/ruby-saml"
require "rack/protection"
require "securerandom"

ORIGIN = "http://localhost:#{ENV.fetch("PORT")}" # configured, never read from the Host header

class Saml
  include OmniAuth::Strategy
  option :name, "saml"
  uid { @response.name_id }

  # In memory, not in the session: its cookie is Lax by default, and stays at home when the IdP posts from another site.
  REQUESTS, ASSERTIONS, LOCK = {}, Hash.new(0), Mutex.new

  def settings
    @settings ||= OneLogin::RubySaml::IdpMetadataParser.new.parse(File.read(ENV.fetch("IDP_METADATA"))).tap do |settings|
      settings.sp_entity_id = "#{ORIGIN}/auth/saml/metadata"
      settings.assertion_consumer_service_url = "#{ORIGIN}/auth/saml/callback"
      settings.soft = false
    end
  end

  def request_phase
    asked = OneLogin::RubySaml::Authrequest.new
    LOCK.synchronize { REQUESTS[asked.uuid] = true }
    redirect asked.create(settings)
  end

  def callback_phase
    @response = OneLogin::RubySaml::Response.new(request.params["SAMLResponse"].to_s, settings: settings, allowed_clock_drift: 1)
    @response.is_valid?
    LOCK.synchronize do
      return fail!(:unknown_request) unless REQUESTS.delete(@response.in_response_to)
      return fail!(:used_before) unless (ASSERTIONS[@response.assertion_id] += 1) == 1
    end
    super
  rescue OneLogin::RubySaml::ValidationError, ArgumentError => error
    fail!(:invalid_ticket, error)
  end

  def other_phase
    return call_app! unless on_path?("#{request_path}/metadata")
    [200, { "Content-Type" => "application/xml" }, [OneLogin::RubySaml::Metadata.new.generate(settings)]]
  end
end

class Application
  def call(env)
    request = Rack::Request.new(env)
    case [request.request_method, request.path]
    when ["GET", "/"] then page(200, home(request))
    when ["POST", "/auth/saml/callback"] then signed_in(request)
    when ["POST", "/sign-out"] then request.session.clear && see("/")
    when ["GET", "/auth/failure"] then page(403, "<p>We could not sign you in.</p>")
    else page(404, "<p>There is no such page.</p>")
    end
  end

  private

  def signed_in(request)
    request.session.clear
    request.session["user"] = request.env["omniauth.auth"].uid
    see("/")
  end

  def home(request)
    token = Rack::Protection::AuthenticityToken.token(request.session)
    user = request.session["user"]
    hidden = %(<input type="hidden" name="authenticity_token" value="#{token}">)
    return %(<form method="post" action="/auth/saml">#{hidden}<button>Sign in</button></form>) unless user

    %(<p>Signed in as #{Rack::Utils.escape_html(user)}</p><form method="post" action="/sign-out">#{hidden}<button>Sign out</button></form>)
  end

  def page(status, content)
    [status, { "Content-Type" => "text/html; charset=utf-8" }, ["<!doctype html><title>Application</title>#{content}"]]
  end

  def see(path)
    [303, { "Location" => path }, []]
  end
end

use Rack::Session::Cookie, key: "session", secret: SecureRandom.hex(64), httponly: true
use Rack::Protection::AuthenticityToken, allow_if: ->(env) { env["PATH_INFO"].start_with?("/auth/saml") } # OmniAuth asks itself
use Saml
run Application.new
