{{- /* Pods that answer on 8080, and what they stand on: a dict of root, component, args, values, replicas (null where they are scaled). */ -}}
{{- define "ai-api.serving" -}}
{{- $name := printf "%s-%s" (include "ai-api.fullname" .root) .component }}
{{- $secrets := include "ai-api.secrets" .root }}
{{- $before := .root.Values.server.preStopSeconds }}
{{- $stop := add $before (include "ai-api.drain" .root) (include "ai-api.grace" .root) 15 -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "ai-api.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if not (kindIs "invalid" .replicas) }}
  replicas: {{ .replicas }}
  {{- end }}
  # Longer than a pod may take to go, or a rollout under long streams is called a failure.
  progressDeadlineSeconds: {{ add $stop 600 }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      {{- include "ai-api.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  template:
    metadata:
      labels:
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- include "ai-api.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
      annotations:
        {{- include "ai-api.revision" .root | nindent 8 }}
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "ai-api.account" .root }}
      {{- include "ai-api.podHead" .root | nindent 6 }}
      # preStop, drain, the longest answer, and what the records take.
      terminationGracePeriodSeconds: {{ $stop }}
      topologySpreadConstraints:
        {{- if kindIs "slice" .values.topologySpreadConstraints }}
        {{- toYaml .values.topologySpreadConstraints | nindent 8 }}
        {{- else }}
        {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ $key }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "ai-api.selector" $.root | nindent 14 }}
              app.kubernetes.io/component: {{ $.component }}
        {{- end }}
        {{- end }}
      {{- include "ai-api.placement" .values | nindent 6 }}
      containers:
        {{- include "ai-api.container" (dict "root" .root "name" .component "args" .args "settings" (include "ai-api.allSettings" .root) "secrets" $secrets "resources" .values.resources) | nindent 8 }}
          ports:
            - name: http
              containerPort: 8080
            - name: ops
              containerPort: 9090
          # On the internal listener: nothing a caller does can answer for the process.
          startupProbe:
            httpGet: {path: /healthz, port: ops}
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /healthz, port: ops}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /readyz, port: ops}
            periodSeconds: 3
            timeoutSeconds: 3
            failureThreshold: 2
          lifecycle:
            preStop:
              sleep:
                seconds: {{ $before }}
      volumes:
        {{- include "ai-api.volumes" (dict "root" .root "secrets" $secrets) | nindent 8 }}
{{- end -}}

{{- /* How many of them may go at once, where there are several: a dict of root, component, replicas and budget. */ -}}
{{- define "ai-api.disruptionBudget" -}}
{{- if and .budget.enabled (gt (int .replicas) 1) -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "ai-api.fullname" .root }}-{{ .component }}
  labels:
    {{- include "ai-api.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  maxUnavailable: {{ .budget.maxUnavailable }}
  # Pods that are not ready keep no node from being emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "ai-api.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
{{- end -}}
{{- end -}}

{{- /* Where others find them: a dict of root, component and name. */ -}}
{{- define "ai-api.endpoint" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  labels:
    {{- include "ai-api.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
  {{- with .root.Values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .root.Values.service.type }}
  ports:
    - name: http
      port: {{ .root.Values.service.port }}
      targetPort: http
  selector:
    {{- include "ai-api.selector" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- /* Probes and metrics, apart from what an ingress leads to: a dict of root, component and port. */ -}}
{{- define "ai-api.opsEndpoint" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "ai-api.fullname" .root }}-{{ .component }}-ops
  labels:
    {{- include "ai-api.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    ai-api/metrics: "true"
spec:
  clusterIP: None
  ports:
    - name: ops
      port: {{ .port }}
      targetPort: ops
  selector:
    {{- include "ai-api.selector" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- /* What gets in and out of them: a dict of root and component. */ -}}
{{- define "ai-api.servingNetwork" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- if $policy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "ai-api.fullname" .root }}-{{ .component }}
  labels:
    {{- include "ai-api.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  podSelector:
    matchLabels:
      {{- include "ai-api.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- include "ai-api.in" (dict "from" $policy.calls.from "port" 8080) | nindent 4 }}
    {{- if $policy.calls.from }}
    # The pod of `helm test`.
    {{- $test := dict "podSelector" (dict "matchLabels" (merge (dict "app.kubernetes.io/component" "test") (include "ai-api.selector" .root | fromYaml))) }}
    {{- include "ai-api.in" (dict "from" (list $test) "port" 8080) | nindent 4 }}
    {{- end }}
    {{- include "ai-api.in" (dict "from" $policy.monitoring.from "port" 9090) | nindent 4 }}
    {{- with $policy.extraIngress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  egress:
    {{- include "ai-api.outToData" .root | nindent 4 }}
    {{- $ports := list }}
    {{- range $policy.providers.ports }}{{ $ports = append $ports (printf "TCP/%d" (int .)) }}{{ end }}
    {{- include "ai-api.out" (dict "to" $policy.providers.to "ports" $ports) | nindent 4 }}
    {{- if $policy.oidc.to }}
    {{- $ports = list }}
    {{- range $policy.oidc.ports }}{{ $ports = append $ports (printf "TCP/%d" (int .)) }}{{ end }}
    {{- include "ai-api.out" (dict "to" $policy.oidc.to "ports" $ports) | nindent 4 }}
    {{- end }}
    {{- if eq .component "server" }}
    {{- with (default dict .root.Values.settings.traces).endpoint }}
    {{- $collector := urlParse . }}
    {{- $port := regexFind ":[0-9]+$" $collector.host | trimPrefix ":" | default (ternary "443" "80" (eq $collector.scheme "https")) }}
    {{- include "ai-api.out" (dict "to" $policy.traces.to "ports" (list (printf "TCP/%s" $port))) | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- with $policy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}
