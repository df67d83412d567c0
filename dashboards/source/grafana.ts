import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  LegendPlacement,
  SortOrder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import type { Annotation, Board, Panel } from './board.ts'

/*
 * The only module that knows the Grafana SDK. The dashboards name their datasource by a variable, since provisioning and
 * the sidecar resolve no `__inputs`.
 */

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is Grafana that fills it in.
const datasource = { type: 'prometheus', uid: '${datasource}' }
const tags = ['shimscope']

export function dashboardOf(board: Board): Dashboard {
  const dashboard = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags(tags)
    .readonly()
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('30s')
    .time({ from: board.from, to: 'now' })
    .link(
      new DashboardLinkBuilder('Shimscope')
        .type(DashboardLinkType.Dashboards)
        .icon('dashboard')
        .tags(tags)
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      variable('cluster', 'Cluster', 'cluster', 'shimscope_build_info').multi(true).includeAll(true).allValue('.*'),
    )
    .withVariable(nodeVariable(board))
  for (const annotation of board.annotations ?? []) dashboard.annotation(annotationOf(annotation))
  let id = 0
  for (const { title, panels } of board.rows) {
    dashboard.withRow(new RowBuilder(title).id(++id))
    for (const panel of panels) dashboard.withPanel(panelOf(panel).id(++id))
  }
  const { annotations, links, ...made } = dashboard.build()
  return { ...made, links: links?.map(inSight) ?? [], annotations: { list: annotations.list?.map(inSight) ?? [] } }
}

/** The SDK puts links and annotations into a menu, where newer versions of Grafana hide them. */
function inSight<T extends { readonly placement?: unknown }>({ placement: _, ...shown }: T): Omit<T, 'placement'> {
  return shown
}

function variable(name: string, label: string, values: string, of: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query: `label_values(${of}, ${values})`, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
}

function nodeVariable({ nodes }: Board): QueryVariableBuilder {
  const made = variable('node', 'Node', 'instance', 'shimscope_build_info{cluster=~"$cluster"}')
  return nodes === 'one' ? made.multi(false).includeAll(false) : made.multi(true).includeAll(true).allValue('.+')
}

const annotationOf = ({ title, expr, text, color }: Annotation): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(title)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .titleFormat(title)
    .textFormat(text)

function panelOf(panel: Panel): StatPanel | TablePanel | TimeSeriesPanel {
  const { title, description, unit, width, queries } = panel
  const made = bareOf(panel).title(title).description(description).unit(unit).datasource(datasource).span(width)
  for (const [index, { expr, legend }] of queries.entries()) {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode('A'.charCodeAt(0) + index))
      .datasource(datasource)
      .expr(expr)
      .legendFormat(legend)
    const asked = panel.kind === 'lines' || panel.kind === 'stacked' ? query.range() : query.instant()
    made.withTarget(panel.kind === 'table' ? asked.format(PromQueryFormat.Table) : asked)
  }
  return made
}

function bareOf(panel: Panel): StatPanel | TablePanel | TimeSeriesPanel {
  switch (panel.kind) {
    case 'number':
      return new StatPanel()
        .height(4)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
        .graphMode(BigValueGraphMode.None)
        .colorMode(panel.worseFrom === undefined ? BigValueColorMode.None : BigValueColorMode.Background)
        .thresholds(thresholdsOf(panel))
    case 'table':
      return new TablePanel().height(8).withTransformation({
        id: 'organize',
        options: { excludeByName: { Time: true }, renameByName: { instance: 'node', Value: panel.title } },
      })
    case 'lines':
      return linesOf()
    case 'stacked':
      return linesOf().fillOpacity(30).stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  }
}

const linesOf = (): TimeSeriesPanel =>
  new TimeSeriesPanel()
    .height(8)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(0)
    .min(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        // The SDK leaves it out when it is false, and Grafana hides the legend then.
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))

const thresholdsOf = ({ worseFrom }: Panel): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    ...(worseFrom === undefined
      ? []
      : [
          { value: worseFrom[0], color: 'orange' },
          { value: worseFrom[1], color: 'red' },
        ]),
  ])
