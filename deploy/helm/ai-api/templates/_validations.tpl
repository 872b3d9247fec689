{{- /* Whether a secret is given, once: "" when all is well, else what is wrong. A dict of given, name, required. */ -}}
{{- define "ai-api.wrongSecret" -}}
{{- $existing := (default dict .given.existingSecret).name -}}
{{- if and .given.value $existing -}}
{{ .name }} is given twice. Leave out {{ .name }}.value, or {{ .name }}.existingSecret.name.
{{- else if and .required (not .given.value) (not $existing) -}}
{{ .name }} is missing. {{ .how }}
{{- end -}}
{{- end -}}

{{- /* Everything that would install and not work, each with its repair, as a list in JSON. */ -}}
{{- define "ai-api.wrong" -}}
{{- $values := .Values -}}
{{- $wrong := list -}}
{{- $settings := $values.settings -}}
{{- $listen := default dict $settings.listen -}}
{{- $url := default "" $settings.public_url -}}
{{- $host := include "ai-api.host" . -}}

{{- /* The image. */ -}}
{{- if not $values.image.repository -}}
{{- $wrong = append $wrong "image.repository is empty. Say where you keep the image: --set image.repository=registry.example.com/ai-api" -}}
{{- end -}}

{{- /* Secrets. */ -}}
{{- $how := dict
  "database_url" "Set secrets.database_url.existingSecret.name to a Secret that holds postgresql://user:password@host/name."
  "encryption_keys" "Make one: kubectl create secret generic ai-api-keys --from-literal=encryption_keys=\"main:$(openssl rand -base64 32)\", and set secrets.encryption_keys.existingSecret.name=ai-api-keys." -}}
{{- range $name, $given := $values.secrets -}}
{{- $problem := include "ai-api.wrongSecret" (dict "given" (default dict $given) "name" (printf "secrets.%s" $name) "required" (hasKey $how $name) "how" (get $how $name)) -}}
{{- if $problem -}}{{- $wrong = append $wrong $problem -}}{{- end -}}
{{- end -}}
{{- $problem := include "ai-api.wrongSecret" (dict "given" $values.migrate.database_url "name" "migrate.database_url" "required" false "how" "") -}}
{{- if $problem -}}{{- $wrong = append $wrong $problem -}}{{- end -}}
{{- range $name, $value := dict "secrets.database_url" (default dict $values.secrets.database_url).value "migrate.database_url" $values.migrate.database_url.value -}}
{{- if and $value (not (regexMatch "^postgres(ql)?://" $value)) -}}
{{- $wrong = append $wrong (printf "%s.value is no postgresql:// URL. Write postgresql://user:password@host/name, with what is not a letter or a digit of the password as %%XX." $name) -}}
{{- end -}}
{{- end -}}
{{- with (default dict $values.secrets.encryption_keys).value -}}
{{- if not (regexMatch "^[^:,]+:[A-Za-z0-9+/_=-]{43,44}(,[^:,]+:[A-Za-z0-9+/_=-]{43,44})*$" .) -}}
{{- $wrong = append $wrong "secrets.encryption_keys.value is not id:base64 of 32 bytes. Make one: echo main:$(openssl rand -base64 32)" -}}
{{- end -}}
{{- end -}}
{{- with (default dict $values.secrets.ops_token).value -}}
{{- if lt (len .) 16 -}}{{- $wrong = append $wrong "secrets.ops_token.value has less than 16 characters. Make one: openssl rand -hex 16" -}}{{- end -}}
{{- end -}}

{{- /* Two roles. */ -}}
{{- $owner := or $values.migrate.database_url.value (default dict $values.migrate.database_url.existingSecret).name -}}
{{- if and $owner (not $settings.database_app_role) -}}
{{- $wrong = append $wrong "migrate.database_url names an owner of the tables, and settings.database_app_role does not say who serves: it would get no rights. Set it to the role in secrets.database_url." -}}
{{- end -}}
{{- if and $settings.database_app_role (not $owner) -}}
{{- $wrong = append $wrong "settings.database_app_role is set, and migrations would connect as that role itself. Set migrate.database_url to the owner's address, or leave database_app_role out." -}}
{{- end -}}

{{- /* Old records. */ -}}
{{- if and $values.retention.enabled (not (default dict $settings.retention).call_records_months) -}}
{{- $wrong = append $wrong "retention.enabled is true, and nothing says how many months of call records are kept. Set settings.retention.call_records_months, such as 13." -}}
{{- end -}}

{{- /* Stopping. */ -}}
{{- $longest := include "ai-api.longest" . | float64 -}}
{{- if gt $longest 3590.0 -}}
{{- $wrong = append $wrong "settings.upstream.total_s is over 3590: pods that are replaced wait for open answers for an hour at most, and would cut longer ones. Set it to 3590 or less." -}}
{{- else if lt (include "ai-api.grace" . | float64) (addf $longest 2.0) -}}
{{- $wrong = append $wrong (printf "settings.listen.grace_s is not two seconds longer than settings.upstream.total_s (%v): every rollout would cut open answers. Leave grace_s out, or shorten total_s." $longest) -}}
{{- end -}}

{{- /* Sizes. */ -}}
{{- $bodies := default 100663296 (default dict $settings.load).bodies_bytes_max | float64 -}}
{{- $body := default 33554432 (default dict $settings.limits).body_bytes_max | float64 -}}
{{- if gt (mulf $body 3.0) $bodies -}}
{{- $wrong = append $wrong "settings.load.bodies_bytes_max is less than three times settings.limits.body_bytes_max, which is what one body may take. Raise it, and server.resources.limits.memory with it." -}}
{{- end -}}
{{- if and $values.server.autoscaling.enabled (gt (int $values.server.autoscaling.minReplicas) (int $values.server.autoscaling.maxReplicas)) -}}
{{- $wrong = append $wrong "server.autoscaling.minReplicas is over maxReplicas. Raise maxReplicas." -}}
{{- end -}}

{{- /* The way in. */ -}}
{{- $outside := or $values.ingress.enabled $values.httpRoute.enabled -}}
{{- if and $outside (not $host) -}}
{{- $wrong = append $wrong "settings.public_url is missing: cookies, links and sign-in go by it. Set it to what people type, such as https://ai.example.com." -}}
{{- end -}}
{{- if and $outside $host (not $listen.trusted_proxies) -}}
{{- $wrong = append $wrong "settings.listen.trusted_proxies is empty behind an ingress or a gateway: everybody would have the proxy's address, so that one attacker locks everybody out. Set it to the network of its pods, such as 10.0.0.0/8." -}}
{{- end -}}
{{- range $name, $hosts := dict "ingress.hosts" (ternary $values.ingress.hosts (list) $values.ingress.enabled) "httpRoute.hostnames" (ternary $values.httpRoute.hostnames (list) $values.httpRoute.enabled) -}}
{{- if and $hosts $host (not (has $host $hosts)) -}}
{{- $wrong = append $wrong (printf "%s does not have %s, which is the host of settings.public_url. Add it, or leave %s empty." $name $host $name) -}}
{{- end -}}
{{- end -}}
{{- if and $values.ingress.enabled $values.ingress.tls.enabled (hasPrefix "http://" $url) -}}
{{- $wrong = append $wrong "settings.public_url is http:// and the ingress has TLS: browsers would be sent astray. Make it https://, or set ingress.tls.enabled=false." -}}
{{- end -}}
{{- if and $values.ingress.enabled (not $values.ingress.tls.enabled) (hasPrefix "https://" $url) (eq $values.ingress.controller "nginx") -}}
{{- $wrong = append $wrong "settings.public_url is https:// and ingress.tls.enabled is false. Enable it, or end TLS in front and set ingress.controller=other with your controller's own annotations." -}}
{{- end -}}
{{- if and $values.ingress.enabled (eq $values.ingress.controller "other") (not $values.ingress.annotations) -}}
{{- $wrong = append $wrong "ingress.controller is other, and ingress.annotations is empty: streams would be buffered, or cut after a minute. Give the annotations that turn buffering off and let a request take as long as settings.upstream.total_s." -}}
{{- end -}}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) -}}
{{- $wrong = append $wrong "httpRoute.parentRefs is empty. Name the gateway: [{name: public, namespace: gateways}]." -}}
{{- end -}}

{{- /* Mail and others' sign-in. */ -}}
{{- $smtp := default dict $settings.smtp -}}
{{- $password := default dict $values.secrets.smtp__password -}}
{{- $hasPassword := or $password.value (default dict $password.existingSecret).name -}}
{{- if $smtp.host -}}
{{- if not $smtp.sender -}}{{- $wrong = append $wrong "settings.smtp.host is set without settings.smtp.sender. Set the address that mail comes from." -}}{{- end -}}
{{- if not $url -}}{{- $wrong = append $wrong "settings.smtp.host is set without settings.public_url, where the links in letters lead. Set it." -}}{{- end -}}
{{- if ne (empty $smtp.username) (empty $hasPassword) -}}{{- $wrong = append $wrong "settings.smtp.username and secrets.smtp__password go together. Set both, or neither." -}}{{- end -}}
{{- end -}}
{{- range $name, $provider := default dict $settings.oidc -}}
{{- if not $url -}}{{- $wrong = append $wrong (printf "settings.oidc.%s is set without settings.public_url, where the provider sends browsers back to. Set it." $name) -}}{{- end -}}
{{- if not $provider.client_id -}}{{- $wrong = append $wrong (printf "settings.oidc.%s.client_id is missing. The provider gave it when you registered the gateway." $name) -}}{{- end -}}
{{- if and (not $provider.issuer) (not $provider.preset) -}}{{- $wrong = append $wrong (printf "settings.oidc.%s.issuer is missing. Set it to the provider's address, or preset to google." $name) -}}{{- end -}}
{{- end -}}
{{- range $name, $_ := $values.secrets -}}
{{- if hasPrefix "oidc__" $name -}}
{{- $of := index (splitList "__" $name) 1 -}}
{{- if not (hasKey (default dict $settings.oidc) $of) -}}{{- $wrong = append $wrong (printf "secrets.%s belongs to no provider: there is no settings.oidc.%s. Name it as the provider is." $name $of) -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Watching. */ -}}
{{- $token := (include "ai-api.secrets" . | fromJson).ops_token -}}
{{- if and $values.monitoring.serviceMonitor.enabled (not $token) (not $values.networkPolicy.enabled) -}}
{{- $wrong = append $wrong "/metrics would be open to the whole cluster. Set secrets.ops_token, or networkPolicy.enabled=true." -}}
{{- end -}}
{{- range $name, $file := dict "prometheusRule" "files/alerts.yaml" "dashboard" "files/dashboard.json" -}}
{{- if and (index $values.monitoring $name).enabled (not ($.Files.Get $file)) -}}
{{- $wrong = append $wrong (printf "monitoring.%s is enabled, and this chart has no %s. Use a packaged release, or disable it." $name $file) -}}
{{- end -}}
{{- end -}}

{{- /* The first owner. */ -}}
{{- with $values.firstOwner -}}
{{- if .enabled -}}
{{- if or (not .identifier) (not .displayName) -}}{{- $wrong = append $wrong "firstOwner.identifier and firstOwner.displayName say who it is. Set both." -}}{{- end -}}
{{- $problem := include "ai-api.wrongSecret" (dict "given" .password "name" "firstOwner.password" "required" true "how" "Set firstOwner.password.existingSecret.name; it has 12 characters or more.") -}}
{{- if $problem -}}{{- $wrong = append $wrong $problem -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- /* One name, one value. */ -}}
{{- $rendered := include "ai-api.flat" (dict "tree" (include "ai-api.allSettings" . | fromJson) "prefix" "AI_API_") | fromYamlArray -}}
{{- $names := list "SSL_CERT_FILE" -}}
{{- range $rendered -}}{{- $names = append $names .name -}}{{- end -}}
{{- range $name, $_ := $values.secrets -}}{{- $names = concat $names (list (printf "AI_API_%s" (upper $name)) (printf "AI_API_%s_FILE" (upper $name))) -}}{{- end -}}
{{- range $values.extraEnv -}}
{{- if has .name $names -}}{{- $wrong = append $wrong (printf "extraEnv has %s, which the chart sets. Use settings, secrets or caBundle." .name) -}}{{- end -}}
{{- end -}}
{{- $labels := append (include "ai-api.labels" . | fromYaml | keys) "app.kubernetes.io/component" -}}
{{- $own := dict "podLabels" $labels "podAnnotations" (include "ai-api.revision" . | fromYaml | keys) -}}
{{- range $component := list "server" "portal" "worker" -}}
{{- range $kind, $taken := $own -}}
{{- range $name, $_ := index $values $component $kind -}}
{{- if has $name $taken -}}{{- $wrong = append $wrong (printf "%s.%s has %s, which the chart sets. Leave it out." $component $kind $name) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $wrong -}}
{{- end -}}
